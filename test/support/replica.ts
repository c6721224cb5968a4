import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ENVIRONMENT, NODE_ARGUMENTS } from '../../scripts/service-process.mjs';
import type { SettingsOptions } from '../../src/config/load-settings.js';

/** What a replica takes: bytes in memory, and CPU microseconds so far. */
export interface Usage {
  rss: number;
  cpu: NodeJS.CpuUsage;
}

/** A replica of the service in a process of its own (`replica-process.js`). */
export interface Replica {
  child: ChildProcess;
  /** Where its API listens; empty until {@link start} is through. */
  url: string;
  /** stdout and stderr so far. */
  output(): string;
  /** Connects and listens. False: it died on the way, as it may be meant to. */
  start(settings: SettingsOptions): Promise<boolean>;
  /** One beat more than the clock's. */
  beat(): void;
  /** Looks for events to deliver; `supervise` looks for jobs whose process is dead. */
  deliver(): void;
  supervise(): void;
  measure(): Promise<Usage>;
  /** Writes a snapshot of its heap, after a garbage collection; answers the file's path. */
  writeHeap(path: string): Promise<string | null>;
  isAlive(): boolean;
  /** The exit code, or the signal's name. */
  ended: Promise<number | NodeJS.Signals | null>;
  /** Ends it properly, or at once where it does not listen. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/**
 * Forks a replica and has it load its code; `failpoint` is where it is to die, `name:times`, and `eventsTo` who is told
 * of each event that a handler gets. `compileCache` is a folder that spares the next ones a tenth of the loading.
 */
export async function forkReplica(
  compiled: string,
  options: { failpoint?: string; eventsTo?: string; compileCache?: string } = {},
): Promise<Replica> {
  const { PATH, HOME, LANG } = process.env;
  const child = fork(fileURLToPath(new URL('replica-process.js', import.meta.url)), [compiled], {
    env: {
      PATH,
      HOME,
      LANG,
      ...ENVIRONMENT,
      ...(options.failpoint ? { IMS_FAILPOINTS: options.failpoint } : {}),
      ...(options.eventsTo ? { EVENTS_TO: options.eventsTo } : {}),
      ...(options.compileCache ? { NODE_COMPILE_CACHE: options.compileCache } : {}),
    },
    execArgv: [...NODE_ARGUMENTS],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      // What a test looks for is said at the end.
      output = (output + chunk.toString('utf8')).slice(-20_000);
    });
  }
  // A process that was killed cannot be told anything; whoever waits for it sees its end.
  child.on('error', () => undefined);
  const ended = once(child, 'close').then(
    ([code, signal]) => (signal ?? code) as number | NodeJS.Signals | null,
  );
  await once(child, 'message');
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  const askNow = async <T>(message: unknown): Promise<T | null> => {
    if (!isAlive() || !child.connected) return null;
    const said = once(child, 'message').then(([what]) => what as T);
    child.send(message as string, () => undefined);
    return Promise.race([said, ended.then(() => null)]);
  };
  // One after the other: an answer does not say to which question it belongs.
  let before: Promise<unknown> = Promise.resolve();
  const answer = <T>(message: unknown): Promise<T | null> => {
    const asked = before.then(() => askNow<T>(message));
    before = asked.catch(() => undefined);
    return asked;
  };
  const say = (what: string): void => {
    if (child.connected) child.send(what, () => undefined);
  };
  const replica: Replica = {
    child,
    url: '',
    output: () => output,
    start: async (settings) => {
      replica.url = (await answer<{ url: string }>(settings))?.url ?? '';
      return replica.url !== '';
    },
    beat: () => say('beat'),
    deliver: () => say('deliver'),
    supervise: () => say('supervise'),
    measure: async () => (await answer<Usage>('memory')) ?? { rss: 0, cpu: { user: 0, system: 0 } },
    writeHeap: (path) => answer<string>({ heapTo: path }),
    isAlive,
    ended,
    stop: async () => {
      if (replica.url === '' || !child.connected) return replica.kill();
      child.send('stop', () => undefined);
      await ended;
    },
    kill: async () => {
      if (isAlive()) child.kill('SIGKILL');
      await ended;
    },
  };
  return replica;
}
