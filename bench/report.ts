import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';

/** One figure, and what it is to reach. */
export interface Row {
  what: string;
  measured: string;
  toReach: string;
  /** Null: there is nothing to hold it against. */
  isReached: boolean | null;
  note?: string;
}

/** What a part of the bench gets. */
export interface Bench {
  /** Fewer repetitions and smaller data, to see whether it runs. */
  isQuick: boolean;
  workshop: Workshop;
  say(line: string): void;
}

/** `test/support/workshop.mjs`, as it is used here. */
export interface Workshop {
  compiled: string;
  serverUrl: string;
  // Compiled modules; their types are named where they are used.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  load(path: string): Promise<any>;
  createDatabase(name: string): Promise<{
    url: string;
    connect(): Promise<import('typeorm').DataSource>;
    drop(): Promise<void>;
  }>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** What the alternatives cost for 1,000 images, measured on one machine against one stand-in. */
const PEERS = `| for 1,000 images (measured before, on another machine) | requests first / steady / 1 % | CPU s first / steady / 1 % | memory |
|---|---|---|---|
| a bare loop, one page an image | 1,000 / 1,000 / 1,000 | 3.7 / 2.5 / 2.1 | 150 MB |
| a bare loop with the namespace probe | 1,061 / 60 / 70 | 3.3 / 0.05 / 0.08 | 150 MB |
| What's Up Docker | 2,040 each | 18.6 / 15 / 12.4 | 395 MB |
| Renovate (docker datasource) | 10,019 / 1,000 / 1,000 | 547 / 187 / 231 | 2,444 MB |
| skopeo in a loop | 3,000 each | 25 | |`;

interface Run {
  isQuick: boolean;
  tookS: number;
  startedAt: Date;
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const verdict = row.isReached === null ? '' : row.isReached ? 'yes' : '**no**';
    return `| ${row.what} | ${row.measured} | ${row.toReach} | ${verdict} | ${row.note ?? ''} |`;
  });
  return `| what | measured | to reach | reached | note |
|---|---|---|---|---|
${lines.join('\n')}`;
}

function writtenBy(command: string, run: Run): string {
  return `Written by \`${command}\`${run.isQuick ? ' with `--quick`' : ''} on ${run.startedAt.toISOString().slice(0, 10)}, in ${Math.round(run.tookS)} s.`;
}

function machine(): string {
  return `Machine: ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${platform()} ${release()}, Node ${process.version}, embedded
PostgreSQL and a stand-in Docker Hub on the same machine. It is shared with other work (load at the end: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(', ')}
on ${cpus().length} processors), so single times are rough, and rows in absolute milliseconds are upper bounds.`;
}

export function toMarkdown(rows: readonly Row[], run: Run): string {
  return `# What it costs

${writtenBy('npm run bench', run)} Times are ratios against a bare loop or
a bare handler in the same run wherever that is possible, since machines differ; what is neither is a median.

${machine()}

${tableOf(rows)}

${PEERS}
`;
}

export function toConsoleMarkdown(rows: readonly Row[], run: Run): string {
  return `# What the console costs

${writtenBy('npm run bench:console', run)} Headless Chromium against the service with
10,000 pending requests in 2,500 lines of 500 images, 1440 × 900.

${machine()}

${tableOf(rows)}
`;
}

const RESULTS = new URL('results.md', import.meta.url);

/** Puts a part into bench/results.md in place of the one with the same title; the others stay. */
export async function writePart(text: string): Promise<void> {
  await writeFile(RESULTS, withPart(await readFile(RESULTS, 'utf8').catch(() => ''), text));
}

export function withPart(file: string, text: string): string {
  const titleOf = (part: string): string => part.split('\n', 1)[0] ?? '';
  const parts = file.split(/^(?=# )/m).filter((part) => part.trim() !== '');
  const at = parts.findIndex((part) => titleOf(part) === titleOf(text));
  if (at >= 0) parts[at] = text;
  else parts.push(text);
  return `${parts.map((part) => part.trimEnd()).join('\n\n')}\n`;
}
