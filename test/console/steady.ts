const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** When everything happens, and when it is looked at. */
const THEN = Date.parse('2026-03-12T10:00:00Z');
export const NOW = new Date(THEN + 10 * MINUTE_MS);
/** What happens within so long of the start happens at once. */
const GRAIN_MS = 10 * MINUTE_MS;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const dayNumber = (ms: number): number => Math.floor(ms / DAY_MS);
const at = (ms: number): string => new Date(THEN + ms).toISOString();

/** What hangs on the process and the second that answer, not on the data: by a field that such an answer has. */
const PASSING: Readonly<Record<string, object>> = {
  nextCheckIn: {
    running: true,
    started_at: at(-3 * HOUR_MS),
    nextCheckIn: 12 * MINUTE_MS,
    last_cycle: { started_at: at(0), finished_at: at(0), checked: 4, changed: 3, failed: 1 },
    budget: {
      limit: 180,
      remaining: 142,
      resets_at: at(11 * MINUTE_MS),
      paused_until: null,
      breaker: 'closed',
      waiting: 0,
      demand: 0.4,
    },
    replicas: [
      { name: 'monitor-1:17', started_at: at(-3 * HOUR_MS), last_beat_at: at(9 * MINUTE_MS), is_this: true },
    ],
  },
  minutes: {
    minutes: Array.from({ length: 60 }, (_, i) => ({
      minute: at((i - 49) * MINUTE_MS),
      used: (i * 7) % 31,
      limit: 180,
      waiting: i % 20 > 15 ? i % 5 : 0,
      paused: i % 20 > 17,
    })),
  },
  // Its build stays: the event stream says it, too. A host's person, is shown as the one who stands before his own machine.
  sign_in_url: {
    actor: 'local',
    role: 'admin',
    auth: 'local',
    sign_in_url: null,
    version: '1.0.0',
  },
};

/**
 * An answer of the service as if its data had come at a fixed time: times are moved by the same difference and cut to ten
 * minutes, days are moved by whole days, and what is passing is replaced. `cameAt`: when the data began to come.
 */
export function steady(json: string, cameAt: number): string {
  return JSON.stringify(
    JSON.parse(json, (_, value: unknown) => {
      if (typeof value === 'object' && value !== null) {
        const sign = Object.keys(PASSING).find((key) => key in value);
        return sign === undefined ? value : { ...value, ...PASSING[sign] };
      }
      if (typeof value !== 'string') return value;
      if (TIME.test(value)) {
        const moved = Date.parse(value) - cameAt;
        return at(Math.floor(moved / GRAIN_MS) * GRAIN_MS);
      }
      if (DAY.test(value)) {
        const moved = dayNumber(Date.parse(value)) - dayNumber(cameAt) + dayNumber(THEN);
        return new Date(moved * DAY_MS).toISOString().slice(0, 10);
      }
      return value;
    }),
  );
}
