/** Settings of one queue. Times in seconds, as pg-boss has them. */
export interface QueueSettings {
  /** Tries after the first; then the job goes to the dead letters. */
  readonly retryLimit: number;
  /** Before the first retry; doubled, with jitter, for each further one, up to `retryDelayMax`. */
  readonly retryDelay: number;
  readonly retryDelayMax: number;
  /** A try that takes longer is given up, and the job is tried again. */
  readonly expireInSeconds: number;
  /** A job that nobody took for this long is deleted. */
  readonly retentionSeconds: number;
  /** A finished job is deleted after this time. */
  readonly deleteAfterSeconds: number;
  readonly hasDeadLetters: boolean;
  /** Jobs of one fetch; they run side by side. */
  readonly batchSize: number;
  /** How often a worker looks without being woken. A job of this process wakes its worker after the commit. */
  readonly pollingIntervalSeconds: number;
  /** A job is made by this schedule (UTC), once for all replicas. */
  readonly cron?: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Where jobs end that failed for the last time; an admin sees them and sends them once more. */
export const DEAD_LETTERS = 'dead-letters';

/**
 * All queues. Polling instead of LISTEN: a job is nearly always taken by the process that made it, which wakes its own
 * worker after the commit; the poll is for what a crash or another replica left, and costs one indexed query each 5 s
 * and replica (0.1 ms), where LISTEN would hold a connection of its own and not work through a pooler.
 */
export const QUEUES = {
  /** Domain events on their way to the handlers. Ten retries take about 4 hours: a host's outage of a morning. */
  'domain-events': {
    retryLimit: 10,
    retryDelay: 5,
    retryDelayMax: HOUR,
    expireInSeconds: MINUTE,
    retentionSeconds: 30 * DAY,
    deleteAfterSeconds: HOUR,
    hasDeadLetters: true,
    batchSize: 25,
    pollingIntervalSeconds: 5,
  },
  /** Pushes whose verdict had to wait for Docker Hub. Twenty retries take about two hours; then a person looks. */
  'undecided-pushes': {
    retryLimit: 20,
    retryDelay: 5,
    retryDelayMax: 10 * MINUTE,
    expireInSeconds: MINUTE,
    retentionSeconds: 7 * DAY,
    deleteAfterSeconds: HOUR,
    hasDeadLetters: true,
    batchSize: 5,
    pollingIntervalSeconds: 5,
  },
  /** Deletes what has had its time. What one run fails to delete the next one does. */
  housekeeping: {
    retryLimit: 3,
    retryDelay: MINUTE,
    retryDelayMax: HOUR,
    expireInSeconds: 10 * MINUTE,
    retentionSeconds: DAY,
    deleteAfterSeconds: DAY,
    hasDeadLetters: false,
    batchSize: 1,
    pollingIntervalSeconds: MINUTE,
    cron: '17 * * * *',
  },
} as const satisfies Record<string, QueueSettings>;

export type QueueName = keyof typeof QUEUES;

/** As {@link QUEUES}, with the settings' own type. */
export const QUEUE_TABLE: Readonly<Record<QueueName, QueueSettings>> = QUEUES;

/** Nobody works on it: a letter waits for an admin, and goes when it is forgotten for this long. */
export const DEAD_LETTERS_RETENTION_SECONDS = 90 * DAY;
