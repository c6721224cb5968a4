import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BUMPS, STATUSES, type Group } from '../../console/src/api/types.js';
import {
  looksSame,
  reduceDecisions,
  stillWaiting,
  UNTOUCHED,
  type DecisionEvent,
} from '../../console/src/decisions.js';
import {
  apiFilter,
  EVERYTHING,
  GROUPINGS,
  readFilter,
  SORTS,
  writeFilter,
  type InboxFilter,
} from '../../console/src/filters.js';
import { entriesOf, foldPatches, itemsOf, sortInLine } from '../../console/src/inbox/items.js';
import { NOTHING, reduceSelection, type SelectionEvent } from '../../console/src/inbox/selection.js';
import { age, change, size } from '../../console/src/intl.js';
import { actionOf } from '../../console/src/keys.js';
import { enScreens as en } from '../../console/src/messages/en-screens.js';
import { changeOf } from '../../console/src/screens/audit-change.js';
import { isId, isTime, oneOf, readPlace, upTo } from '../../console/src/screens/use-place.js';
import { shortTag, tagDifference, visible } from '../../console/src/tag-difference.js';
import { row } from './rows.js';

const DAY = 86_400_000;

describe('the filter in the address', () => {
  const words = fc.string({ maxLength: 60, unit: 'grapheme' });
  const filters: fc.Arbitrary<InboxFilter> = fc
    .record({
      status: fc.subarray([...STATUSES], { minLength: 1 }),
      q: words,
      bump: fc.subarray([...BUMPS]),
      image: words,
      category: words,
      olderThan: fc.option(fc.integer({ min: 1, max: 36_500 })),
      newerThan: fc.option(fc.integer({ min: 1, max: 36_500 })),
      missing: words,
      growth: fc.option(fc.integer({ min: 1, max: 1e9 })),
      source: words,
      decidedBy: words,
      order: fc.constantFrom(
        ...GROUPINGS.map((by) => ({ by, sort: 'group' as const })),
        ...SORTS.map((sort) => ({ by: 'none' as const, sort })),
      ),
    })
    .map(({ order, ...others }) => ({ ...others, ...order }));

  it('comes back as it went', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(readFilter(writeFilter(filter))).toEqual({ filter, dropped: [] });
      }),
    );
  });

  it('drops what is unknown or broken, names it, and never throws', () => {
    expect(readFilter('?bump=patch,giant&older=-3&colour=red&q=redis')).toEqual({
      filter: { ...EVERYTHING, bump: ['patch'], q: 'redis' },
      dropped: ['bump', 'older', 'colour'],
    });
    expect(readFilter('?open=17').dropped).toEqual([]);
    expect(readFilter('?open=seventeen').dropped).toEqual(['open']);
    // Lines have an order of their own.
    expect(readFilter('?sort=oldest').filter).toMatchObject({ sort: 'oldest', by: 'none' });
    expect(readFilter('?sort=oldest&by=image')).toEqual({
      filter: { ...EVERYTHING, by: 'image' },
      dropped: ['sort'],
    });
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { filter } = readFilter(text);
        expect(readFilter(writeFilter(filter))).toEqual({ filter, dropped: [] });
      }),
    );
  });

  it('means the same requests for the list and for a bulk decision', () => {
    const now = Date.parse('2026-03-01T00:00:00Z');
    expect(apiFilter({ ...EVERYTHING, bump: ['major'], olderThan: 14, image: 'redis' }, now)).toEqual({
      status: ['pending'],
      bump: ['major'],
      image_name: 'redis',
      older_than: new Date(now - 14 * DAY).toISOString(),
    });
  });
});

describe('the address of another screen', () => {
  it('is read by its rules; what is unknown or broken is left out and named', () => {
    const rules = { actor: upTo(5), sort: oneOf(['name']), image_id: isId, since: isTime };
    expect(readPlace('?actor=ana&sort=name&image_id=7&since=2026-01-31T12:00:00Z', rules)).toEqual({
      place: { actor: 'ana', sort: 'name', image_id: '7', since: '2026-01-31T12:00:00Z' },
      dropped: [],
    });
    const broken =
      '?actor=somebody&sort=colour&image_id=x&since=2026-01-31&constructor=1&actor=ana&actor=bea&image_id=0';
    expect(readPlace(broken, rules)).toEqual({
      place: { actor: 'ana' },
      dropped: ['actor', 'sort', 'image_id', 'since', 'constructor'],
    });
  });
});

describe('a change in the audit log', () => {
  it('says from what to what, and leaves out what stayed', () => {
    expect(changeOf({ status: 'pending' }, { status: 'approved', digest: 'sha256:1' })).toBe(
      'waiting → approved',
    );
    expect(
      changeOf(
        { digest: `sha256:${'a'.repeat(64)}`, status: 'pending' },
        { digest: `sha256:${'b'.repeat(64)}`, status: 'pending' },
      ),
    ).toBe('digest: aaaaaaaaaa → bbbbbbbbbb');
    expect(changeOf({}, { watch_for_updates: true, tag_include: ['^7'] })).toBe(
      'watch_for_updates: – → yes, tag_include: – → ["^7"]',
    );
    expect(changeOf({ a: 1, b: 1, c: 1, d: 1 }, {})).toBe('a: 1 → –, b: 1 → –, c: 1 → –, …');
  });

  it('has a name, whatever the service writes down', async () => {
    const written = new Set<string>();
    for (const file of await readdir('src', { recursive: true })) {
      if (!file.endsWith('.ts') || file.endsWith('.spec.ts') || file.startsWith('events')) continue;
      const text = await readFile(`src/${file}`, 'utf8');
      for (const [, action = ''] of text.matchAll(/'((?:approval_request|image|tag|api_token)\.[a-z_]+)'/g))
        written.add(action);
    }
    // Events of the same rooms, and no entries of the log.
    for (const event of ['approval_request.decided', 'image.status_changed']) written.delete(event);
    expect(written.size).toBeGreaterThan(10);
    expect(Object.keys(en.audit.actions)).toEqual(expect.arrayContaining([...written]));
  });
});

describe('the keys', () => {
  const plain = {
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    repeat: false,
    isComposing: false,
  };
  const map = Object.fromEntries(
    ['a', 'x', 'o', 'u', 'j', 'Shift+j', 'Mod+a', 'ArrowDown', 'Enter', '/', '['].map((name) => [
      name,
      () => undefined,
    ]),
  );
  const does = (pressed: Partial<typeof plain> & { key: string }, hasSingleKeys = true): string | null => {
    const found = actionOf(map, { ...plain, ...pressed }, hasSingleKeys);
    return Object.keys(map).find((name) => map[name] === found) ?? null;
  };

  it('only move when they are held, with Caps Lock or without', () => {
    expect(does({ key: 'a' })).toBe('a');
    expect(does({ key: 'A' })).toBe('a');
    for (const key of ['a', 'A', 'x', 'o', 'U', 'Enter', '/']) expect(does({ key, repeat: true })).toBeNull();
    expect(does({ key: 'a', ctrlKey: true, repeat: true })).toBeNull();
    for (const key of ['j', 'ArrowDown', '[']) expect(does({ key, repeat: true })).toBe(key);
    expect(does({ key: 'J', shiftKey: true, repeat: true })).toBe('Shift+j');
  });

  it('do nothing with other modifiers, and nothing while an input method composes', () => {
    expect(does({ key: 'a', ctrlKey: true })).toBe('Mod+a');
    expect(does({ key: 'x', metaKey: true })).toBeNull();
    expect(does({ key: 'A', shiftKey: true })).toBeNull();
    expect(does({ key: 'a', altKey: true })).toBeNull();
    expect(does({ key: 'a', isComposing: true })).toBeNull();
  });

  it('stand also where a keyboard has them only with Option or AltGr', () => {
    expect(does({ key: '[', altKey: true })).toBe('[');
    expect(does({ key: '[', altKey: true, ctrlKey: true })).toBe('[');
    expect(does({ key: '[', altKey: true, ctrlKey: true }, false)).toBeNull();
    expect(does({ key: '[', ctrlKey: true })).toBeNull();
    expect(does({ key: 'x', altKey: true, ctrlKey: true })).toBeNull();
  });

  it('that are one letter can be switched off, and leave the arrows, Enter and those with Ctrl', () => {
    for (const key of ['a', 'j', '/', '[']) expect(does({ key }, false)).toBeNull();
    expect(does({ key: 'J', shiftKey: true }, false)).toBeNull();
    for (const key of ['ArrowDown', 'Enter']) expect(does({ key }, false)).toBe(key);
    expect(does({ key: 'a', ctrlKey: true }, false)).toBe('Mod+a');
  });
});

describe('decisions laid over the list', () => {
  const ids = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 });
  const events: fc.Arbitrary<DecisionEvent> = fc.oneof(
    fc.record({ type: fc.constant('sent' as const), ids }),
    fc.record({ type: fc.constant('decided' as const), ids }),
    fc.record({ type: fc.constant('refused' as const), ids, why: fc.constant('no') }),
    fc.record({ type: fc.constant('reopened' as const), ids }),
    fc.record({ type: fc.constant('elsewhere' as const), ids, how: fc.constant('by Ana') }),
    fc.constant({ type: 'merged' as const }),
  );

  it('never show a decided row as waiting, whatever comes in which order, and never count below nothing', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 30 }), (all) => {
        let state = UNTOUCHED;
        const decided = new Set<number>();
        for (const event of all) {
          state = reduceDecisions(state, event);
          if (event.type === 'decided') event.ids.forEach((id) => decided.add(id));
          if (event.type === 'reopened') event.ids.forEach((id) => decided.delete(id));
          for (const id of decided) {
            expect(state.gone.get(id)).toBe('decided');
            expect(state.returned.has(id)).toBe(false);
          }
          expect(stillWaiting(2, [1, 2, 3, 4, 5, 6], state)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('bring a refused row back with the reason', () => {
    const sent = reduceDecisions(UNTOUCHED, { type: 'sent', ids: [4] });
    const back = reduceDecisions(sent, { type: 'refused', ids: [4], why: 'Ana approved this 3 s ago' });
    expect([...back.gone]).toEqual([]);
    expect(back.returned.get(4)).toBe('Ana approved this 3 s ago');
  });

  it('look the same when what was sent has arrived, and different when anything is seen to change', () => {
    const sent = reduceDecisions(UNTOUCHED, { type: 'sent', ids: [4] });
    expect(looksSame(UNTOUCHED, sent)).toBe(false);
    expect(looksSame(sent, reduceDecisions(sent, { type: 'decided', ids: [4] }))).toBe(true);
    expect(looksSame(sent, reduceDecisions(sent, { type: 'decided', ids: [4, 5] }))).toBe(false);
    const back = reduceDecisions(sent, { type: 'refused', ids: [4], why: 'no' });
    expect(looksSame(sent, back)).toBe(false);
    const again = reduceDecisions(reduceDecisions(back, { type: 'sent', ids: [4] }), {
      type: 'refused',
      ids: [4],
      why: 'still no',
    });
    expect(looksSame(back, again)).toBe(false);
    const dimmed = reduceDecisions(UNTOUCHED, { type: 'elsewhere', ids: [4], how: 'approved by Ana' });
    expect(looksSame(UNTOUCHED, dimmed)).toBe(false);
  });
});

describe('the selection', () => {
  it('loses what leaves and gains nothing by itself', () => {
    const ids = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });
    const events: fc.Arbitrary<SelectionEvent> = fc.oneof(
      fc.record({ type: fc.constant('toggle' as const), ids }),
      fc.record({ type: fc.constant('set' as const), ids, isOn: fc.boolean() }),
      fc.record({ type: fc.constant('range' as const), anchor: fc.integer({ min: 1, max: 9 }), ids }),
      fc.record({ type: fc.constant('left' as const), ids }),
      fc.constant({ type: 'clear' as const }),
    );
    fc.assert(
      fc.property(fc.array(events), (all) => {
        let state = NOTHING;
        for (const event of all) {
          const before = state;
          state = reduceSelection(state, event);
          if (event.type === 'left') {
            for (const id of state.ids) expect(before.ids.has(id) && !event.ids.includes(id)).toBe(true);
          }
          if (event.type === 'clear') expect(state.ids.size).toBe(0);
        }
      }),
    );
  });
});

describe('a line', () => {
  it('puts the re-push first, then the newest version, and folds the older patches', () => {
    const rows = [
      row(1, '7.4.9'),
      row(2, '7.4.10'),
      row(3, '8.0.0', { bump: 'major' }),
      row(4, '7.4.1', { bump: 'repush' }),
      row(5, '7.4.8'),
    ];
    const { standing, folded } = foldPatches(sortInLine(entriesOf(rows)));
    expect(standing.map((one) => one.row.tag_name)).toEqual(['7.4.1', '8.0.0', '7.4.10']);
    expect(folded.map((one) => one.row.tag_name)).toEqual(['7.4.9', '7.4.8']);
  });

  it('shows tags of one digest as one row under the most exact name', () => {
    const [entry, ...others] = entriesOf(
      ['latest', '7.4', '7.4.2'].map((tag, i) => row(i, tag, { digest: 'sha256:a' })),
    );
    expect(others).toEqual([]);
    expect(entry?.row.tag_name).toBe('7.4.2');
    expect(entry?.also.map((one) => one.tag_name)).toEqual(['7.4', 'latest']);
  });

  it('keeps the room of rows that are not read yet', () => {
    const group = { key: 'line:1:7', total: 12, by_bump: { patch: 4 } } as Group;
    const items = itemsOf([group], () => 'loading', { isLine: true, isBare: false, open: new Set() });
    expect(items.map((item) => item.kind)).toEqual(['group', 'loading']);
    // Three of four patches will be in the fold.
    expect(items[1]).toMatchObject({ rows: 9, hasFold: true });
  });
});

describe('tags', () => {
  it.each([
    ['17.2.5', '17.2.2', '17.2.[5]'],
    ['22.12.0', '22.11.1', '22.[12.0]'],
    ['1.27.0-20261116', '1.27.0', '1.27.0[-20261116]'],
    ['9.0.0', '8.0.0', '[9].0.0'],
    ['7.5.0-alpine', '7.4.1-alpine', '7.[5.0]-alpine'],
    ['latest', 'latest', 'latest'],
  ])('%s against %s is %s', (tag, approved, marked) => {
    const text = tagDifference(tag, approved)
      .map((piece) => (piece.isDifferent ? `[${piece.text}]` : piece.text))
      .join('');
    expect(text).toBe(marked);
  });

  it('say the whole tag whatever is marked', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (tag, approved) => {
        expect(
          tagDifference(tag, approved)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(tag);
      }),
    );
  });

  it('are cut in the middle, and hide no sign that turns text round', () => {
    expect(shortTag('a'.repeat(60) + 'z'.repeat(68), 11)).toBe('aaaaa…zzzzz');
    expect(visible('1.0\u202e0.1')).toBe('1.0⟨202E⟩0.1');
  });
});

describe('numbers and ages', () => {
  const now = Date.parse('2026-03-02T12:00:00Z');
  it.each([
    ['2026-03-02T11:59:50Z', '< 1 min'],
    ['2026-03-02T09:00:00Z', '3 h'],
    ['2026-01-20T09:00:00Z', '41 d'],
    [null, '–'],
  ])('%s is %s', (at, text) => {
    expect(age(at, now).replaceAll('\u00a0', ' ')).toBe(text);
  });

  it('are megabytes of ten to the sixth, and a change has its sign', () => {
    expect([size(104_400_000), size(98_910_000), size(null)].join('|').replaceAll('\u00a0', ' ')).toBe(
      '104 MB|98.9 MB|–',
    );
    expect([change(-12.2), change(0.2), change(2)].join('|').replaceAll('\u00a0', ' ')).toBe(
      '−12 %|±0 %|+2 %',
    );
  });
});

describe('the texts', () => {
  it('are all there, and none shouts', () => {
    const walk = (value: unknown, path: string): void => {
      if (typeof value === 'string') {
        if (value === '') throw new Error(`${path} is empty`);
        if (value.includes('!')) throw new Error(`${path} shouts: ${value}`);
      } else if (typeof value === 'object' && value !== null) {
        for (const [name, inner] of Object.entries(value)) walk(inner, `${path}.${name}`);
      }
    };
    expect(() => walk(en, 'messages')).not.toThrow();
  });
});
