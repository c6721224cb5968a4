import { describe, expect, it } from '@jest/globals';
import { newestPerLine, type RequestOfLine } from './newest-per-line.js';

let nextId = 1;

function asked(tagName: string, over: Partial<RequestOfLine> = {}): RequestOfLine {
  const id = nextId++;
  return {
    id,
    imageId: 1,
    tagName,
    line: '7-alpine',
    bump: 'patch',
    digest: `sha256:${id}`,
    isCompared: true,
    ...over,
  };
}

/** What becomes of each, in words, in the order of the decisions. */
function outcome(requests: readonly RequestOfLine[]): string[] {
  const nameOf = new Map(requests.map((request) => [request.id, request.tagName]));
  const { decided, leftOut } = newestPerLine(requests);
  return [
    ...decided.map(({ id, action }) => `${action} ${nameOf.get(id)}`),
    ...leftOut.map(({ id, code }) => `${code} ${nameOf.get(id)}`),
  ];
}

describe('taking the newest of each line', () => {
  it('approves the highest version and rejects the lower ones, the newest last', () => {
    expect(outcome([asked('7.4.10-alpine'), asked('7.4.9-alpine'), asked('7.4.2-alpine')])).toEqual([
      'reject 7.4.2-alpine',
      'reject 7.4.9-alpine',
      'approve 7.4.10-alpine',
    ]);
  });

  it('never takes majors, re-pushes and tags without a version along', () => {
    expect(
      outcome([
        asked('8.0.0-alpine', { bump: 'major' }),
        asked('7.4.1-alpine', { bump: 'repush' }),
        asked('alpine', { line: 'alpine', bump: 'other' }),
        asked('7.4.2-alpine'),
      ]),
    ).toEqual(['approve 7.4.2-alpine', 'major 8.0.0-alpine', 'repush 7.4.1-alpine', 'no_version alpine']);
  });

  it('approves other names of the same content with it', () => {
    const same = { digest: 'sha256:same' };
    expect(outcome([asked('7.4-alpine', same), asked('7.4.2-alpine', same), asked('7.4.1-alpine')])).toEqual([
      'approve 7.4-alpine',
      'reject 7.4.1-alpine',
      'approve 7.4.2-alpine',
    ]);
  });

  it('goes line by line, and image by image', () => {
    expect(
      outcome([asked('7.4.2-alpine'), asked('7.4.2', { line: '7' }), asked('7.4.3-alpine', { imageId: 2 })]),
    ).toEqual(['approve 7.4.2-alpine', 'approve 7.4.2', 'approve 7.4.3-alpine']);
  });

  it('approves nothing that is older than what is approved, but the highest where nothing is', () => {
    expect(outcome([asked('7.2.0-alpine', { bump: 'other' })])).toEqual(['not_newer 7.2.0-alpine']);
    expect(outcome([asked('7.2.0-alpine', { bump: 'other', isCompared: false })])).toEqual([
      'approve 7.2.0-alpine',
    ]);
  });
});
