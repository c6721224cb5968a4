import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RegistryTag } from '../domain/registry-tag.js';
import {
  judgeOrder,
  parseAccessToken,
  parseTag,
  parseTagPage,
  readErrorMessage,
  sortNewestFirst,
} from './answers.js';
import { DockerHubError } from './errors.js';

const URL_ASKED = 'https://hub.docker.com/v2/repositories/library/redis/tags/?page_size=100';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const amd64 = { architecture: 'amd64', os: 'linux', variant: null, digest: DIGEST, size: 100 };
const attestation = { architecture: 'unknown', os: 'unknown', variant: null, digest: DIGEST, size: 5 };
const row = (fields: object) => ({
  name: '7.5',
  last_updated: '2026-10-15T10:30:00Z',
  digest: DIGEST,
  images: [amd64],
  ...fields,
});
const page = (fields: object) =>
  JSON.stringify({ count: 1, next: null, previous: null, results: [row({})], ...fields });
const tagOf = (fields: object): RegistryTag => parseTag(JSON.stringify(row(fields)), '7.5', URL_ASKED);
const tagNamed = (name: string): RegistryTag => parseTag(JSON.stringify(row({ name })), name, URL_ASKED);

function kindOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof DockerHubError) return error.kind;
    throw error;
  }
  return 'nothing wrong';
}

describe('parseTagPage', () => {
  it('reads the sample of the user', () => {
    const sample = {
      count: 100,
      next: 'https://hub.docker.com/v2/repositories/library/redis/tags/?page=2',
      results: [
        {
          name: '7.2-alpine',
          last_updated: '2025-10-15T10:30:00Z',
          digest: DIGEST,
          images: [
            { architecture: 'amd64', os: 'linux', size: 12345678 },
            { architecture: 'arm64', os: 'linux', size: 12345670 },
          ],
        },
      ],
    };
    expect(parseTagPage(JSON.stringify(sample), URL_ASKED)).toEqual({
      count: 100,
      next: sample.next,
      tags: [
        {
          name: '7.2-alpine',
          digest: DIGEST,
          lastUpdated: { text: '2025-10-15T10:30:00Z', micros: Date.UTC(2025, 9, 15, 10, 30) * 1000 },
          sizeBytes: 12345678,
          platforms: [
            { os: 'linux', architecture: 'amd64', variant: null, digest: null, sizeBytes: 12345678 },
            { os: 'linux', architecture: 'arm64', variant: null, digest: null, sizeBytes: 12345670 },
          ],
          isImage: true,
        },
      ],
    });
  });

  it('takes an empty repository for one', () => {
    expect(parseTagPage(page({ count: 0, results: [] }), URL_ASKED)).toEqual({
      count: 0,
      tags: [],
      next: null,
    });
  });

  it.each([[null], [undefined], ['']])('reads next %j as the last page', (next) => {
    expect(parseTagPage(page({ next }), URL_ASKED).next).toBeNull();
  });

  it.each([
    ['HTML', '<!DOCTYPE html><html></html>'],
    ['nothing', ''],
    ['half a page', page({}).slice(0, 60)],
    ['null', 'null'],
    ['a bare list', '[]'],
    ['a text', '"page"'],
    ['no results', JSON.stringify({ count: 3, next: null })],
    ['no count', JSON.stringify({ next: null, results: [] })],
    ['results that are null', page({ results: null })],
    ['results that are an object', page({ results: {} })],
    ['a count but no rows', page({ count: 3, results: [] })],
    ['a count in words', page({ count: '1' })],
    ['a negative count', page({ count: -1 })],
    ['a next that is a number', page({ next: 2 })],
    ['a row that is null', page({ results: [null] })],
    ['a row that is a name', page({ results: ['latest'] })],
    ['a row without a name', page({ results: [row({ name: undefined })] })],
    ['a name that cannot be pushed', page({ results: [row({ name: 'a b' })] })],
    ['a name with a line break', page({ results: [row({ name: 'a\nb' })] })],
    ['a name of 129 characters', page({ results: [row({ name: 'a'.repeat(129) })] })],
    ['a time in words', page({ results: [row({ last_updated: 'yesterday' })] })],
    ['a time in numbers', page({ results: [row({ last_updated: 1760524200 })] })],
    ['a digest that is none', page({ results: [row({ digest: 'sha256:abc' })] })],
    ['a size in words', page({ results: [row({ full_size: '12 MB' })] })],
    ['images that are an object', page({ results: [row({ images: { amd64 } })] })],
    ['an image that is null', page({ results: [row({ images: [null] })] })],
    [
      'an architecture that is a number',
      page({ results: [row({ images: [{ ...amd64, architecture: 64 }] })] }),
    ],
    ['an operating system with a NUL in it', page({ results: [row({ images: [{ ...amd64, os: 'a\0' }] })] })],
    ['a content type that is a list', page({ results: [row({ content_type: [] })] })],
  ])('refuses %s as malformed', (_, text) => {
    expect(kindOf(() => parseTagPage(text, URL_ASKED))).toBe('malformed');
  });

  it('reads a page or calls it malformed, whatever comes', () => {
    const field = fc.oneof(fc.constant(undefined), fc.jsonValue());
    const anyRow = fc.record({
      name: field,
      images: field,
      last_updated: field,
      digest: field,
      full_size: field,
      content_type: field,
    });
    const anyPage = fc.record({ count: field, next: field, results: fc.oneof(fc.array(anyRow), field) });
    fc.assert(
      fc.property(fc.oneof(anyPage, fc.jsonValue()), (body) => {
        expect(['nothing wrong', 'malformed']).toContain(
          kindOf(() => parseTagPage(JSON.stringify(body), URL_ASKED)),
        );
      }),
    );
  });

  it('repeats nothing of an answer that could forge a log line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          parseTagPage(`<${text}`, URL_ASKED);
        } catch (error) {
          // eslint-disable-next-line no-control-regex
          expect((error as Error).message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
        }
      }),
    );
  });
});

describe('a tag', () => {
  it('keeps its time as it came, beside where it stands on the time line', () => {
    expect(tagOf({ last_updated: '2026-10-15T10:30:00.367170055Z' }).lastUpdated).toEqual({
      text: '2026-10-15T10:30:00.367170055Z',
      micros: Date.UTC(2026, 9, 15, 10, 30) * 1000 + 367_170,
    });
    expect(tagOf({ last_updated: null }).lastUpdated).toBeNull();
  });

  it('has platforms without attestations, with the variant where there is one', () => {
    const images = [
      amd64,
      { ...amd64, architecture: 'arm', variant: 'v7', digest: null, size: 0 },
      attestation,
      attestation,
    ];
    expect(tagOf({ images }).platforms).toEqual([
      { os: 'linux', architecture: 'amd64', variant: null, digest: DIGEST, sizeBytes: 100 },
      { os: 'linux', architecture: 'arm', variant: 'v7', digest: null, sizeBytes: null },
    ]);
  });

  it('of before 2015 has a platform without an operating system', () => {
    expect(tagOf({ images: [{ ...amd64, os: '' }] }).platforms).toMatchObject([
      { os: '', architecture: 'amd64' },
    ]);
  });

  it.each([[undefined], [null], [[]]])('with images %j is an image of unknown platforms', (images) => {
    expect(tagOf({ images })).toMatchObject({ platforms: [], isImage: true });
  });

  it("has no digest when Docker Hub gives none, not even its only platform's", () => {
    expect(tagOf({ digest: undefined }).digest).toBeNull();
    expect(tagOf({ digest: null }).digest).toBeNull();
  });

  it('has the size Docker Hub gives, else the one of linux/amd64, else of the first platform that has one', () => {
    const arm = { ...amd64, architecture: 'arm64', size: 90 };
    expect(tagOf({ full_size: 70, images: [arm, amd64] }).sizeBytes).toBe(70);
    expect(tagOf({ full_size: 0, images: [arm, amd64] }).sizeBytes).toBe(100);
    expect(
      tagOf({
        full_size: null,
        images: [
          { ...arm, size: 0 },
          { ...arm, size: 80 },
        ],
      }).sizeBytes,
    ).toBe(80);
    expect(tagOf({ full_size: 0, images: [] }).sizeBytes).toBeNull();
    expect(tagOf({ full_size: 3_000_000_000_000 }).sizeBytes).toBe(3_000_000_000_000);
  });

  it.each([
    [{ content_type: 'image' }, true],
    [{ content_type: undefined }, true],
    [{ content_type: null }, true],
    [{ content_type: 'helm' }, false],
    [{ content_type: 'plugin' }, false],
    [{ content_type: 'unrecognized' }, false],
    [{ images: [attestation] }, false],
    [{ images: [attestation, amd64] }, true],
  ])('with %j: is an image = %j', (fields, expected) => {
    expect(tagOf(fields).isImage).toBe(expected);
  });

  it.each([
    [`sha256-${'0'.repeat(64)}.sig`, false],
    [`sha256-${'0'.repeat(64)}.att`, false],
    [`sha256-${'0'.repeat(64)}.sbom`, false],
    ['sha256-abc.sig', false],
    [`sha256-${'0'.repeat(64)}`, false],
    ['sha256-experiment', true],
    ['7.5.sig', true],
    ['buildcache', true],
  ])('named %s: is an image = %j', (name, expected) => {
    expect(tagNamed(name).isImage).toBe(expected);
  });

  it('that was not asked for is malformed', () => {
    expect(kindOf(() => parseTag(JSON.stringify(row({})), '7.6', URL_ASKED))).toBe('malformed');
  });
});

describe('judgeOrder', () => {
  const minutes = (...values: (number | null)[]): RegistryTag[] =>
    values.map((value) => ({
      name: 'x',
      digest: null,
      lastUpdated: value === null ? null : { text: '', micros: value * 60_000_000 },
      sizeBytes: null,
      platforms: [],
      isImage: true,
    }));

  it.each([
    ['falls', [90, 60, 30], 'newest_first'],
    ['falls, with neighbours that changed places', [90, 60, 69, 30], 'newest_first'],
    ['climbs', [30, 60, 90], 'oldest_first'],
    ['climbs in steps within the tolerance that add up', [0, 8, 16, 24], 'oldest_first'],
    ['climbs and falls', [60, 90, 30], 'none'],
    ['falls, with the tags without a time at its end', [90, 60, null, null], 'newest_first'],
    ['falls, with a tag without a time above others', [90, null, 60], 'none'],
    ['has tags without a time only', [null, null], 'newest_first'],
    ['is empty', [], 'newest_first'],
    ['has one tag', [7], 'newest_first'],
    ['has one moment', [7, 7, 7], 'newest_first'],
  ] as const)('a page that %s', (_, values, expected) => {
    expect(judgeOrder(minutes(...values), true)).toBe(expected);
  });

  it('a page of tags pushed within minutes counts as newest first, unless it only climbs and more pages follow', () => {
    expect(judgeOrder(minutes(1, 3, 2, 4), true)).toBe('newest_first');
    expect(judgeOrder(minutes(1, 2, 3), true)).toBe('oldest_first');
    expect(judgeOrder(minutes(1, 2, 3), false)).toBe('newest_first');
  });

  it('never takes a page for newest first whose last tag is more than ten minutes newer than its first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 2 }), fc.boolean(), (values, hasNext) => {
        const [first = 0, last = 0] = [values[0], values.at(-1)];
        fc.pre(last - first > 10);
        expect(judgeOrder(minutes(...values), hasNext)).not.toBe('newest_first');
      }),
    );
  });

  it('takes every sorted page for newest first', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(10_000))), fc.boolean(), (values, hasNext) => {
        expect(judgeOrder(sortNewestFirst(minutes(...values)), hasNext)).toBe('newest_first');
      }),
    );
  });
});

it('parseAccessToken never repeats what stands in place of a token', () => {
  expect(parseAccessToken('{"access_token":"abc.def"}', URL_ASKED)).toBe('abc.def');
  expect(() => parseAccessToken('{"access_token":"two words"}', URL_ASKED)).toThrow(
    /without an access_token$/,
  );
  expect(kindOf(() => parseAccessToken('{}', URL_ASKED))).toBe('malformed');
});

it('readErrorMessage finds the sentence in each of the shapes Docker Hub uses', () => {
  expect(readErrorMessage('{"message":"a","errinfo":{}}')).toBe('a');
  expect(readErrorMessage('{"detail":"b"}')).toBe('b');
  expect(readErrorMessage('{"fields":{},"text":"c"}')).toBe('c');
  expect(readErrorMessage('<html>')).toBeNull();
  expect(readErrorMessage('{"message":7}')).toBeNull();
});
