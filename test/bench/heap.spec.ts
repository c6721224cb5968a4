import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { growing, readHeap, sizeOf, type Heap } from '../../bench/heap.js';

/** Holds on to a thousand more of its own before each snapshot. */
const LEAKING = `
  class Leaked { held = { at: performance.now() }; }
  const held = [];
  for (let i = 0; i < 3; i++) {
    for (let k = 0; k < 1000; k++) held.push(new Leaked());
    require('node:v8').writeHeapSnapshot(i + '.heapsnapshot');
  }`;

it('sees what is held on to in the snapshots of a real heap', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'image-monitoring-heap-'));
  execFileSync(process.execPath, ['-e', LEAKING], { cwd: folder, env: {} });
  const looks: Heap[] = [];
  for (let i = 0; i < 3; i++) looks.push(await readHeap(join(folder, `${i}.heapsnapshot`)));
  await rm(folder, { recursive: true });
  const leaked = growing(looks).find(({ what }) => what === 'object:Leaked');
  expect(leaked?.bytes).toBeGreaterThanOrEqual(2_000 * 12);
  expect([...(looks[0]?.keys() ?? [])].filter((what) => /^(?:code|hidden)/.test(what))).toEqual([]);
  for (const heap of looks) expect(sizeOf(heap)).toBeGreaterThan(1_000_000);
});

it('calls growing only what grew at every look', () => {
  const heap = (leak: number, noise: number): Heap =>
    new Map([
      ['object:Leak', leak],
      ['object:Socket', noise],
      ['string', 500],
    ]);
  expect(growing([heap(1, 10), heap(2, 40), heap(3, 20), heap(4, 60)])).toEqual([
    { what: 'object:Leak', bytes: 3 },
  ]);
  expect(growing([heap(1, 10), new Map(), heap(2, 20)])).toEqual([]);
  expect(growing([])).toEqual([]);
});
