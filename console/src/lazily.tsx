import { useEffect, useState, type ComponentType, type ReactNode } from 'react';
import { t } from './messages/en.js';

/** What is drawn until a part is here, or where it could not be fetched. */
type Instead<Props> = (props: Props, error?: unknown) => ReactNode;

/** One part that is missing takes nothing else with it. */
const nothing = (_: object, error?: unknown): ReactNode =>
  error === undefined ? null : <p className="hint">{t.error.noPart}</p>;

/**
 * A part of the console that is a script of its own, drawn as soon as that has come; until then `instead`. React's own
 * `lazy` lets what stands for it be seen for 0.3 s at least, and for longer where one is within another.
 */
export function lazily<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  instead: Instead<Props> = nothing,
): ComponentType<Props> & { fetch(): void } {
  let Part: ComponentType<Props> | null = null;
  let fetching: Promise<void> | null = null;
  const fetch = (): Promise<void> => (fetching ??= load().then((loaded) => void (Part = loaded.default)));
  function Lazily(props: Props) {
    const [arrived, setArrived] = useState<{ error?: unknown } | null>(Part && {});
    useEffect(() => {
      // As it was drawn, whatever has come since.
      if (arrived) return;
      const failed = (error: unknown): void => {
        // Who comes again asks again.
        fetching = null;
        setArrived({ error });
      };
      fetch().then(() => setArrived({}), failed);
    }, [arrived]);
    return Part ? <Part {...props} /> : instead(props, arrived?.error);
  }
  // Fetched ahead: who needs it hears of a failure.
  return Object.assign(Lazily, { fetch: () => void fetch().catch(() => (fetching = null)) });
}
