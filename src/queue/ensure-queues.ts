import type { PgBoss, UpdateQueueOptions } from 'pg-boss';
import { DEAD_LETTERS, DEAD_LETTERS_RETENTION_SECONDS, QUEUE_TABLE, type QueueSettings } from './queues.js';

/** Makes the queues of the table that are not there, and gives those that are the table's settings. */
export async function ensureQueues(boss: PgBoss): Promise<void> {
  const there = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
  const wanted: [string, UpdateQueueOptions][] = [
    [DEAD_LETTERS, { retentionSeconds: DEAD_LETTERS_RETENTION_SECONDS, retryLimit: 0 }],
    ...Object.entries(QUEUE_TABLE).map(([name, settings]): [string, UpdateQueueOptions] => [
      name,
      optionsOf(settings),
    ]),
  ];
  for (const [name, options] of wanted) {
    const queue = there.get(name);
    if (queue === undefined) {
      const { deadLetter, ...rest } = options;
      await boss.createQueue(name, {
        ...(rest as Parameters<PgBoss['createQueue']>[1]),
        ...(deadLetter ? { deadLetter } : {}),
      });
    } else if (Object.entries(options).some(([key, value]) => queue[key as keyof typeof queue] !== value)) {
      await boss.updateQueue(name, options);
    }
  }
}

function optionsOf(settings: QueueSettings): UpdateQueueOptions {
  return {
    retryLimit: settings.retryLimit,
    retryDelay: settings.retryDelay,
    retryDelayMax: settings.retryDelayMax,
    retryBackoff: true,
    expireInSeconds: settings.expireInSeconds,
    retentionSeconds: settings.retentionSeconds,
    deleteAfterSeconds: settings.deleteAfterSeconds,
    ...(settings.hasDeadLetters ? { deadLetter: DEAD_LETTERS } : {}),
  };
}
