import { RE2JS } from 're2js';
import { quoted } from './quoted.js';
import { invalidField } from './refusals.js';

/** Which tags of an image are candidates. */
export interface TagFilter {
  /** A tag must match one of them; empty: any tag will do. */
  readonly include: readonly string[];
  /** A tag that matches one of them is out, whatever `include` says. */
  readonly exclude: readonly string[];
}

const MAX_PATTERNS = 50;
const MAX_PATTERN_CHARS = 500;
/** Instructions of one compiled pattern: time is this × the tag's length, and `a{1000}` repeated makes 70,000 of them. */
const MAX_PROGRAM_SIZE = 5_000;
/** Filters kept compiled; a replica sees those of the images it checks, over and over. */
const MAX_CACHED = 500;

const compiled = new Map<string, (tag: string) => boolean>();

/**
 * Turns an image's filter into a test of a tag's name.
 *
 * Patterns are RE2 syntax in a linear-time engine, so that no pattern can hold up the service, and are searched for
 * anywhere in the tag as RE2's users expect: write `^7\.` or `-alpine$` for the ends. Upper and lower case differ,
 * unless the pattern says `(?i)`. Throws a Refusal naming the pattern's place, `tag_include[1]`, for one that is not
 * valid, too long (500 characters), too costly, or one too many (50 in each list). Equal filters are compiled once.
 */
export function compileTagFilter(
  filter: TagFilter & { readonly fieldNames?: { readonly include: string; readonly exclude: string } },
): (tag: string) => boolean {
  const key = JSON.stringify([filter.include, filter.exclude]);
  const known = compiled.get(key);
  if (known) return known;

  const names = filter.fieldNames ?? { include: 'tag_include', exclude: 'tag_exclude' };
  const include = compileAll(filter.include, names.include);
  const exclude = compileAll(filter.exclude, names.exclude);
  const passes = (tag: string) =>
    (include.length === 0 || include.some((pattern) => pattern.matcher(tag).find())) &&
    !exclude.some((pattern) => pattern.matcher(tag).find());

  // A Map keeps the order of insertion: the oldest makes room.
  if (compiled.size >= MAX_CACHED) compiled.delete(compiled.keys().next().value ?? '');
  compiled.set(key, passes);
  return passes;
}

function compileAll(patterns: readonly string[], field: string): RE2JS[] {
  if (patterns.length > MAX_PATTERNS) {
    throw invalidField(field, `takes at most ${MAX_PATTERNS} patterns, got ${patterns.length}`);
  }
  return patterns.map((pattern, index) => compile(pattern, `${field}[${index}]`));
}

function compile(pattern: string, field: string): RE2JS {
  if (typeof pattern !== 'string' || pattern === '') {
    throw invalidField(field, `takes a pattern in RE2 syntax, got ${quoted(pattern)}`);
  }
  if (pattern.length > MAX_PATTERN_CHARS) {
    throw invalidField(field, `takes at most ${MAX_PATTERN_CHARS} characters, got ${pattern.length}`);
  }
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(pattern);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw invalidField(field, `is not a pattern in RE2 syntax, got ${quoted(pattern)} (${printable(why)})`);
  }
  if (regex.programSize() > MAX_PROGRAM_SIZE) {
    throw invalidField(field, `is too costly to search for; use fewer or smaller repetitions`);
  }
  return regex;
}

/** The engine's message repeats the pattern as it came. */
function printable(text: string): string {
  return quoted(text).slice(1, -1).replaceAll('\\"', '"');
}
