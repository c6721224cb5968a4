import { ApiProblem } from './api/problem.js';

const MOST_TRIES = 4;
/** Waited for when the service does not say how long. */
const USUAL_SECONDS = 5;
const MOST_SECONDS = 120;

/**
 * Sends it again when the service asks to wait (429), which means that nothing was done. `onWait` hears every second
 * how many are left, and 0 at the end; who has been stopped waits no longer.
 */
export async function patiently<Answer>(
  send: () => Promise<Answer>,
  onWait: (seconds: number) => void,
  isStopped: () => boolean = () => false,
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await send();
    } catch (error) {
      const isAskedToWait = error instanceof ApiProblem && error.status === 429;
      if (!isAskedToWait || tries === MOST_TRIES) throw error;
      const seconds = Math.min(error.retryAfterSeconds ?? USUAL_SECONDS, MOST_SECONDS);
      for (let left = seconds; left > 0 && !isStopped(); left--) {
        onWait(left);
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
      onWait(0);
      if (isStopped()) throw error;
    }
  }
}
