import type { Bump } from './comparison.js';
import { compareVersions, parseVersion, type Version } from './version.js';

/** A pending request that may be taken along. */
export interface RequestOfLine {
  readonly id: number;
  readonly imageId: number | null;
  readonly tagName: string | null;
  readonly line: string | null;
  readonly bump: Bump | null;
  readonly digest: string | null;
  /** There is an approved tag of its variant that `bump` speaks of. */
  readonly isCompared: boolean;
}

/** Why a request is left as it is. */
export type LeftOutCode = 'repush' | 'major' | 'no_version' | 'not_newer';

export interface LeftOut {
  readonly id: number;
  readonly code: LeftOutCode;
  readonly detail: string;
}

/** What becomes of each request; in the order in which they are to be decided. */
export interface NewestPerLine {
  readonly decided: readonly { readonly id: number; readonly action: 'approve' | 'reject' }[];
  readonly leftOut: readonly LeftOut[];
}

const DETAILS: Readonly<Record<LeftOutCode, string>> = {
  repush: 'An approved tag was pushed again: it is decided by itself.',
  major: 'Another major version than the approved one: it is decided by itself.',
  no_version: 'The tag names no version that could be compared.',
  not_newer: 'Nothing in its line is newer than the approved tag.',
};

/**
 * "Take newest" (console SPEC 2.1): of each line the highest version within the approved major is approved, and the
 * lower ones are rejected. Other names of the newest one's content are approved with it, since rejecting them would
 * reject what was just approved. Majors and re-pushes are never taken along.
 *
 * Within a line the lower ones come first and the newest last: a list that is worked off in pieces then never meets a
 * line whose newest is approved already and whose lower ones are compared with it.
 */
export function newestPerLine(requests: readonly RequestOfLine[]): NewestPerLine {
  const lines = new Map<string, { request: RequestOfLine; version: Version }[]>();
  const leftOut: LeftOut[] = [];
  const leave = (id: number, code: LeftOutCode): unknown => leftOut.push({ id, code, detail: DETAILS[code] });

  for (const request of requests) {
    const version = request.tagName === null ? null : parseVersion(request.tagName);
    if (request.bump === 'repush') leave(request.id, 'repush');
    else if (version === null || request.imageId === null) leave(request.id, 'no_version');
    else if (request.bump === 'major' || !isOfMajor(request.line, version)) leave(request.id, 'major');
    else {
      const key = `${request.imageId} ${request.line}`;
      const line = lines.get(key) ?? [];
      line.push({ request, version });
      lines.set(key, line);
    }
  }

  const decided: { id: number; action: 'approve' | 'reject' }[] = [];
  for (const line of lines.values()) {
    line.sort((a, b) => compareVersions(a.version, b.version) || a.request.id - b.request.id);
    const newest = line[line.length - 1]?.request;
    if (!newest) continue;
    if (newest.bump === 'other' && newest.isCompared) {
      line.forEach(({ request }) => leave(request.id, 'not_newer'));
      continue;
    }
    decided.push(
      ...line.map(({ request }) => ({
        id: request.id,
        action:
          request === newest || (request.digest !== null && request.digest === newest.digest)
            ? ('approve' as const)
            : ('reject' as const),
      })),
    );
  }
  return { decided, leftOut };
}

/** A line begins with its major version: `7-alpine`. */
function isOfMajor(line: string | null, version: Version): boolean {
  return line === `${version.numbers[0]}${version.variant}`;
}
