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

/** A figure, and the name by which `--only` measures it again. */
export interface PartRow extends Row {
  part: string;
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

function lineOf(row: PartRow): string {
  const verdict = row.isReached === null ? '' : row.isReached ? 'yes' : '**no**';
  return `| ${row.part} | ${row.what} | ${row.measured} | ${row.toReach} | ${verdict} | ${row.note ?? ''} |`;
}

function tableOf(rows: readonly PartRow[]): string {
  return `| part | what | measured | to reach | reached | note |
|---|---|---|---|---|---|
${rows.map(lineOf).join('\n')}`;
}

function writtenBy(command: string, run: Run): string {
  return `Written by \`${command}\`${run.isQuick ? ' with `--quick`' : ''} on ${run.startedAt.toISOString().slice(0, 10)}, in ${Math.round(run.tookS)} s.`;
}

const load = (): string =>
  loadavg()
    .map((one) => one.toFixed(1))
    .join(', ');

function machine(): string {
  return `Machine: ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${platform()} ${release()}, Node ${process.version}, embedded
PostgreSQL and a stand-in Docker Hub on the same machine. It is shared with other work (load at the end: ${load()}
on ${cpus().length} processors), so single times are rough, and rows in absolute milliseconds are upper bounds.`;
}

/** The titles of the two parts of bench/results.md. */
export const SERVICE = '# What it costs';
export const CONSOLE = '# What the console costs';

export function toMarkdown(rows: readonly PartRow[], run: Run): string {
  return `${SERVICE}

${writtenBy('npm run bench', run)} Times are ratios against a bare loop or
a bare handler in the same run wherever that is possible, since machines differ; what is neither is a median.

${machine()}

${tableOf(rows)}

${PEERS}
`;
}

export function toConsoleMarkdown(rows: readonly PartRow[], run: Run): string {
  return `${CONSOLE}

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

/** Puts the figures of one `--only` in the place of the earlier ones, each with the day on which it was measured. */
export async function writeRows(title: string, rows: readonly PartRow[], startedAt: Date): Promise<void> {
  const note = `measured by itself on ${startedAt.toISOString().slice(0, 10)}, load at the end ${load()}`;
  const dated = rows.map((row) => ({ ...row, note: [row.note, note].filter(Boolean).join('; ') }));
  await writeFile(RESULTS, withRows(await readFile(RESULTS, 'utf8'), title, dated));
}

export function withRows(file: string, title: string, rows: readonly PartRow[]): string {
  const isOfPart = (line: string): boolean => rows.some(({ part }) => line.startsWith(`| ${part} |`));
  const sections = partsOf(file).map((section) => {
    if (titleOf(section) !== title) return section;
    const lines = section.split('\n');
    const head = lines.findIndex((line) => line.startsWith('| part |'));
    const end = lines.indexOf('', head);
    const table = lines.slice(head, end);
    // Where the earlier ones stand, else at the end.
    const first = table.findIndex(isOfPart);
    const kept = table.filter((line) => !isOfPart(line));
    kept.splice(first >= 0 ? first : kept.length, 0, ...rows.map(lineOf));
    return [...lines.slice(0, head), ...kept, ...lines.slice(end)].join('\n');
  });
  return sections.join('');
}

export function withPart(file: string, text: string): string {
  const parts = partsOf(file);
  const at = parts.findIndex((part) => titleOf(part) === titleOf(text));
  if (at >= 0) parts[at] = text;
  else parts.push(text);
  return `${parts.map((part) => part.trimEnd()).join('\n\n')}\n`;
}

const titleOf = (part: string): string => part.split('\n', 1)[0] ?? '';
const partsOf = (file: string): string[] => file.split(/^(?=# )/m).filter((part) => part.trim() !== '');
