/**
 * Reads, compares and writes pictures, in a thread of its own: in jest's world each global is looked up anew, and reading
 * a picture takes ten times as long. Nothing of the project is imported, since Node runs this file as it is.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parentPort } from 'node:worker_threads';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';

/** The bytes of a screenshot, and the paths of a stored picture and of what is written beside it. */
export type Question =
  /** How many blocks differ where most of them do; Infinity: nothing is stored, or it has another size. */
  | { what: 'compare'; shot: Uint8Array; stored: string }
  /** Stores it, as it is compared. */
  | { what: 'store'; shot: Uint8Array; stored: string }
  /** Writes what was seen, and what of it differs, for a person to look at. */
  | { what: 'show'; shot: Uint8Array; stored: string; seen: string; difference: string };
export type Answer = number | null;

/**
 * What is compared are the means of blocks of 8 px of the screen, which letters drawn by another build of the browser
 * hardly change. Means differ from this distance on (1: black and white), and they are counted in squares of 8 blocks.
 */
const BLOCK = 4;
const THRESHOLD = 0.06;
const WINDOW = 8;

/** Colours are stored in steps of so much: half the bytes, and nothing that the comparison would see. */
const STEP = 4;
const STEPS = Buffer.from(Array.from({ length: 256 }, (_, i) => Math.min(255, Math.round(i / STEP) * STEP)));

parentPort?.on('message', (question: Question) => {
  parentPort?.postMessage(answer(question) satisfies Answer);
});

function answer(question: Question): Answer {
  const seen = halfOf(Buffer.from(question.shot));
  const stored = readStored(question.stored);
  switch (question.what) {
    case 'compare':
      return stored ? compare(stored, seen) : Infinity;
    case 'store':
      write(question.stored, seen);
      return null;
    case 'show':
      write(question.seen, seen);
      rmSync(question.difference, { force: true });
      if (stored) write(question.difference, differenceOf(stored, seen));
      return null;
  }
}

/** What is on the screen at half its size, where the edges of letters weigh less. */
function halfOf(bytes: Buffer): PNG {
  const shot = PNG.sync.read(bytes);
  const half = new PNG({ width: shot.width >> 1, height: shot.height >> 1 });
  const line = shot.width * 4;
  for (let y = 0, to = 0; y < half.height; y++)
    for (let x = 0; x < line; x += 8)
      for (let i = 2 * y * line + x, end = i + 4; i < end; i++)
        half.data[to++] = STEPS[meanOfFour(shot.data, i, line)] ?? 0;
  return half;
}

/** Of one channel: the pixel, the next one, and the two below them. */
const meanOfFour = (data: Buffer, i: number, line: number): number =>
  ((data[i] ?? 0) + (data[i + 4] ?? 0) + (data[i + line] ?? 0) + (data[i + line + 4] ?? 0)) >> 2;

function compare(stored: PNG, seen: PNG): number {
  if (seen.width !== stored.width || seen.height !== stored.height) return Infinity;
  const [one, other] = [meansOf(stored), meansOf(seen)];
  return pixelmatch(one.data, other.data, null, one.width, one.height, {
    threshold: THRESHOLD,
    windowSize: WINDOW,
    includeAA: true,
  });
}

function meansOf(png: PNG): PNG {
  const means = new PNG({ width: Math.ceil(png.width / BLOCK), height: Math.ceil(png.height / BLOCK) });
  const sums = new Float64Array(means.data.length);
  const counts = new Uint8Array(means.data.length);
  for (let y = 0, i = 0; y < png.height; y++)
    for (let x = 0; x < png.width; x++) {
      const to = (Math.floor(y / BLOCK) * means.width + Math.floor(x / BLOCK)) * 4;
      for (let channel = to; channel < to + 4; channel++) {
        sums[channel] = (sums[channel] ?? 0) + (png.data[i++] ?? 0);
        counts[channel] = (counts[channel] ?? 0) + 1;
      }
    }
  sums.forEach((sum, i) => (means.data[i] = sum / (counts[i] || 1)));
  return means;
}

/** In red. */
function differenceOf(stored: PNG, seen: PNG): PNG {
  const { width, height } = stored;
  if (seen.width !== width || seen.height !== height) return seen;
  const difference = new PNG({ width, height });
  pixelmatch(stored.data, seen.data, difference.data, width, height);
  return difference;
}

function readStored(path: string): PNG | null {
  try {
    return PNG.sync.read(readFileSync(path));
  } catch {
    return null;
  }
}

function write(path: string, png: PNG): void {
  mkdirSync(dirname(path), { recursive: true });
  // Flat colours need no filter: a quarter smaller than with one.
  writeFileSync(
    path,
    PNG.sync.write(png, { colorType: 2, filterType: 0, deflateLevel: 9, deflateStrategy: 0 }),
  );
}
