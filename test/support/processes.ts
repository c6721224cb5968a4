import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';

/** A child process of a test, with what it has printed so far. */
export interface RunningProcess {
  child: ChildProcess;
  /** stdout and stderr, as they came. */
  output(): string;
  /** Waits until the output matches; fails with the output when the process ends first. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code, or the signal's name. */
  ended: Promise<number | NodeJS.Signals | null>;
  kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** Starts a program of this Node, without the settings and Node options of the test run. */
export function startProcess(
  args: string[],
  options: { env?: Record<string, string>; ownGroup?: boolean; cwd?: string } = {},
): RunningProcess {
  const { PATH, HOME, LANG } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: options.cwd ?? process.cwd(),
    env: { PATH, HOME, LANG, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.ownGroup === true,
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, 'close').then(
    ([code, signal]) => (signal ?? code) as number | NodeJS.Signals | null,
  );
  return {
    child,
    ended,
    output: () => output,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(output);
          if (found === null) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
        void ended.then((how) =>
          reject(new Error(`It ended (${how}) without printing ${pattern.source}:\n${output}`)),
        );
      }),
    kill: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** What `global-setup.js` compiled: the service as it stands in the editor, without a build. */
export function compiled(path: string): string {
  return join(process.env['TEST_COMPILED'] ?? resolve('dist'), path);
}

/** The command lines of all processes that name `text`; the test's own proof that nothing was left behind. */
export function processesNaming(text: string): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(text) && !line.startsWith('ps '));
}
