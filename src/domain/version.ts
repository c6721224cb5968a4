/** What a tag says about its version: `v7.4.1-rc2-alpine3.20` is numbers 7, 4, 1, pre-release rc2, variant -alpine3.20. */
export interface Version {
  /** 1 to 6 of them; `7.4` has two and says nothing about the third. */
  readonly numbers: readonly number[];
  /** `rc1`, `beta.2`, in lower case; null for a release. */
  readonly prerelease: string | null;
  /** Everything else behind the numbers, with the sign before it: `-alpine3.20`; '' when there is nothing. */
  readonly variant: string;
}

/** How far a version is from another. `rebuild`: the same numbers as far as both have them. `other`: lower, or no telling. */
export type VersionBump = 'major' | 'minor' | 'patch' | 'rebuild' | 'other';

/** At most 15 digits each: the largest that is exact as a number. */
const NUMBERS = /^[vV]?([0-9]{1,15}(?:\.[0-9]{1,15}){0,5})(.*)$/s;

/** From early to late; the place in the list is the rank within one version. */
const STAGES = [
  ['nightly', 'snapshot', 'canary', 'dev'],
  ['alpha', 'a'],
  ['beta', 'b'],
  ['milestone', 'm'],
  ['preview', 'pre', 'ea'],
  ['rc', 'cr'],
];
const STAGE_WORDS = STAGES.flat().sort((a, b) => b.length - a.length);

/** A whole token: one letter alone is a stage only with its number, `-m2`; `-a` is something else. */
const STAGE_TOKEN = new RegExp(
  `^(?:(?:${STAGE_WORDS.filter((w) => w.length > 1).join('|')})|[abm](?=[0-9]))(?:\\.?[0-9]{1,15}){0,3}$`,
  'i',
);
/** The same glued to the numbers, as Python does it (`3.13.0a6`); `7f3a9c1` is a commit, not a version. */
const GLUED_STAGE = new RegExp(
  `^(?:(?:${STAGE_WORDS.filter((w) => w.length > 1).join('|')})|[abm](?=[0-9]))(?:\\.?[0-9]{1,15}){0,3}(?=$|[-_+.])`,
  'i',
);

/**
 * Reads the version in a tag, or null when it starts with none (`latest`, `alpine`, `stable-alpine`, `bookworm`).
 *
 * The grammar: an optional `v`; 1 to 6 dotted numbers; then tokens led by `-`, `_`, `+` or `.`, of which the first
 * that names a stage before release is the pre-release (`7.0-rc1-alpine`; glued too, `7.0rc1`) and all others are the
 * variant, as written. Numbers glued to other letters (`32bit`, `8u292`, a commit's `7f3a9c1`) are not versions.
 */
export function parseVersion(tag: string): Version | null {
  const match = NUMBERS.exec(tag);
  if (!match) return null;
  const [, dotted = '', suffix = ''] = match;

  const glued = GLUED_STAGE.exec(suffix)?.[0] ?? '';
  const rest = suffix.slice(glued.length);
  // Else a seventh number, one of more than 15 digits, or letters stuck to the numbers.
  if (rest !== '' && !/^(?:[-_+]|\.[A-Za-z])/.test(rest)) return null;

  const tokens = rest.match(/[-_+][^-_+]*|^\.[^-_+]*/g) ?? [];
  const stage = glued === '' ? tokens.findIndex((token) => STAGE_TOKEN.test(token.slice(1))) : -1;
  const prerelease = glued || tokens[stage]?.slice(1) || null;
  return {
    numbers: dotted.split('.').map(Number),
    prerelease: prerelease && prerelease.toLowerCase(),
    variant: tokens.filter((_, index) => index !== stage).join(''),
  };
}

/**
 * A tag's suffix, the same for all tags that are compared with one another: `-alpine` of `7.4.1-alpine`. Of a tag
 * without a version it is what follows the first dash: `-alpine` of `stable-alpine`, '' of `latest` and of `alpine`.
 */
export function variantOf(tag: string): string {
  const version = parseVersion(tag);
  if (version) return version.variant;
  const dash = tag.indexOf('-');
  return dash < 0 ? '' : tag.slice(dash);
}

/**
 * Orders two versions, lower first, whatever their variants: by numbers (missing ones as 0), a pre-release before its
 * release, and of two that are equal so far the one that says less first: 7.4-rc1 < 7.4.0-rc1 < 7.4 < 7.4.0 < 7.4.1.
 */
export function compareVersions(a: Version, b: Version): number {
  for (let i = 0; i < Math.max(a.numbers.length, b.numbers.length); i++) {
    const difference = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return comparePrereleases(a.prerelease, b.prerelease) || a.numbers.length - b.numbers.length;
}

/**
 * What changes from one version to another: the first number that differs and is higher is `major`, `minor` or (the
 * third and all after it) `patch`; numbers equal as far as both have them are a `rebuild` (7.4 to 7.4.1: 7.4 is a name
 * that moves). Between the stages of one version (rc1 to rc2, rc2 to the release) it is a `patch`. Lower is `other`.
 */
export function bumpBetween(from: Version, to: Version): VersionBump {
  const known = Math.min(from.numbers.length, to.numbers.length);
  for (let i = 0; i < known; i++) {
    const difference = (to.numbers[i] ?? 0) - (from.numbers[i] ?? 0);
    if (difference < 0) return 'other';
    if (difference > 0) return i === 0 ? 'major' : i === 1 ? 'minor' : 'patch';
  }
  const stages = comparePrereleases(from.prerelease, to.prerelease);
  if (stages === 0) return 'rebuild';
  return stages < 0 ? 'patch' : 'other';
}

/** How much a tag says about its version: the count of its numbers, those of the pre-release included; 0 without a version. */
export function specificity(tag: string): number {
  const version = parseVersion(tag);
  if (!version) return 0;
  return version.numbers.length + (version.prerelease?.match(/[0-9]+/g)?.length ?? 0);
}

/**
 * Orders the aliases of one build, the one to name it by first: most numbers, then the shortest name, then by
 * alphabet. So `7.5.1` stands before `7.5.1-bookworm`, `7.5` and `latest` (SPEC 5.3).
 */
export function bySpecificity(a: string, b: string): number {
  return specificity(b) - specificity(a) || a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** The most specific of some tags (see {@link bySpecificity}); null of none. */
export function mostSpecificTag(tags: readonly string[]): string | null {
  return [...tags].sort(bySpecificity)[0] ?? null;
}

/** A release (null) is above all its pre-releases; those go by stage, then by their numbers. */
function comparePrereleases(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const [left, right] = [stageOf(a), stageOf(b)];
  if (left.rank !== right.rank) return left.rank - right.rank;
  for (let i = 0; i < Math.max(left.numbers.length, right.numbers.length); i++) {
    const difference = (left.numbers[i] ?? -1) - (right.numbers[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function stageOf(prerelease: string): { rank: number; numbers: number[] } {
  const word = /^[a-z]+/.exec(prerelease)?.[0] ?? '';
  return {
    rank: STAGES.findIndex((words) => words.includes(word)),
    numbers: (prerelease.match(/[0-9]+/g) ?? []).map(Number),
  };
}
