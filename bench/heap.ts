import { readFile, rm } from 'node:fs/promises';

/** Bytes by kind of thing: `object:Socket`, `array`, `string`. */
export type Heap = ReadonlyMap<string, number>;

interface Snapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } };
  nodes: number[];
  strings: string[];
}

/**
 * What the engine keeps for itself comes with use, not with work: compiled code, what it learnt of types, shapes of
 * objects. It settles after minutes, and hides whatever the program itself holds on to.
 */
const OF_THE_ENGINE = new Set(['hidden', 'code', 'object shape', 'synthetic']);
const NAMED = new Set(['object', 'closure', 'native']);

/** What a heap snapshot of V8 holds, without what the engine keeps for itself. */
export function heapOf({ snapshot, nodes, strings }: Snapshot): Heap {
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, name, size] = ['type', 'name', 'self_size'].map((field) => fields.indexOf(field));
  const bytes = new Map<string, number>();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const kind = types[0][nodes[at + (type ?? NaN)] ?? NaN] ?? '';
    if (OF_THE_ENGINE.has(kind)) continue;
    const what = NAMED.has(kind) ? `${kind}:${strings[nodes[at + (name ?? NaN)] ?? NaN]}` : kind;
    bytes.set(what, (bytes.get(what) ?? 0) + (nodes[at + (size ?? NaN)] ?? 0));
  }
  return bytes;
}

/** Reads a snapshot, and removes the file. */
export async function readHeap(path: string): Promise<Heap> {
  const text = await readFile(path, 'utf8');
  await rm(path);
  return heapOf(JSON.parse(text) as Snapshot);
}

export const sizeOf = (heap: Heap): number => [...heap.values()].reduce((sum, bytes) => sum + bytes, 0);

/**
 * What a leak looks like: a kind of thing of which there was more at every look than at the one before. What comes and
 * goes, a connection or an answer that is still held, is up at one look and down at another.
 */
export function growing(looks: readonly Heap[]): { what: string; bytes: number }[] {
  const [first, ...later] = looks;
  return [...(looks.at(-1)?.keys() ?? [])]
    .map((what) => ({ what, sizes: [first, ...later].map((heap) => heap?.get(what) ?? 0) }))
    .filter(({ sizes }) => sizes.every((size, i) => i === 0 || size > (sizes[i - 1] ?? NaN)))
    .map(({ what, sizes }) => ({ what, bytes: (sizes.at(-1) ?? 0) - (sizes[0] ?? 0) }))
    .sort((a, b) => b.bytes - a.bytes);
}
