import { quoted } from './quoted.js';
import { invalidField } from './refusals.js';

/** One platform of a tag: an entry of the index, attestations (`unknown/unknown`) left out. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** `v6`, `v7`, `v8`, or null where the publisher names none. */
  readonly variant: string | null;
  /** Digest of the platform's own manifest; Docker Hub leaves it out on some old tags. */
  readonly digest: string | null;
  /** Compressed bytes, as Docker Hub counts them. */
  readonly sizeBytes: number | null;
}

/** What names a platform; a null variant in a pattern stands for any. */
export type PlatformPattern = Pick<Platform, 'os' | 'architecture' | 'variant'>;

/** Those an image can be for. A list, since a mistyped `linux/adm64` would silently never open a request. */
const OPERATING_SYSTEMS = ['linux', 'windows', 'freebsd', 'darwin', 'android', 'wasip1'];
const ARCHITECTURES =
  'amd64 arm64 arm 386 ppc64le s390x riscv64 mips64le mips64 mipsle mips loong64 ppc64 wasm'.split(' ');

/** What the kernel calls them (`uname -m`), for people who copy it from there. */
const OTHER_NAMES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', i386: '386' };

const PATTERN = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/(v[0-9]{1,2}(?:\.[0-9]{1,2})?))?$/;

/** `linux/amd64`, or `linux/arm/v7` where there is a variant. */
export function platformText(platform: PlatformPattern): string {
  const { os, architecture, variant } = platform;
  return variant ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
}

/**
 * Reads a wanted platform, `os/arch` or `os/arch/variant`: `linux/arm64` takes any variant of arm64, `linux/arm/v7`
 * that one. `x86_64` and `aarch64` become Docker's `amd64` and `arm64`. Throws a Refusal of the field `platforms` for
 * anything that no image can be for.
 */
export function parsePlatformPattern(text: string, field = 'platforms'): PlatformPattern {
  const match = typeof text === 'string' ? PATTERN.exec(text) : null;
  if (!match) {
    throw invalidField(field, `takes os/arch or os/arch/variant such as linux/arm64, got ${quoted(text)}`);
  }
  const [, os = '', named = '', variant] = match;
  const architecture = OTHER_NAMES[named] ?? named;
  if (!OPERATING_SYSTEMS.includes(os)) {
    throw invalidField(
      field,
      `takes one of ${OPERATING_SYSTEMS.join(', ')} before the slash, got ${quoted(os)}`,
    );
  }
  if (!ARCHITECTURES.includes(architecture)) {
    throw invalidField(field, `takes an architecture of ${ARCHITECTURES.join(', ')}, got ${quoted(named)}`);
  }
  return { os, architecture, variant: variant ?? null };
}

/**
 * The wanted platforms that are not there, as they were written, in their order.
 *
 * A pattern without a variant takes any; one with a variant needs that one, where `linux/arm64` counts as v8 on both
 * sides, since most publishers leave out the only variant there is. `have` empty means that nothing is known: then
 * every wanted one is missing.
 */
export function missingPlatforms(
  wanted: readonly string[],
  have: readonly PlatformPattern[] | readonly string[],
): string[] {
  if (wanted.length === 0) return [];
  const there = have.map((one) => (typeof one === 'string' ? split(one) : one));
  return wanted.filter((text) => {
    const pattern = split(text);
    return !there.some((platform) => matches(pattern, platform));
  });
}

/** The architectures without repetition, in the order of the platforms: `['amd64', 'arm64']`. */
export function architecturesOf(platforms: readonly Pick<Platform, 'architecture'>[]): string[] {
  return [...new Set(platforms.map((platform) => platform.architecture))];
}

function split(text: string): PlatformPattern {
  const [os = '', architecture = '', variant] = text.split('/');
  return { os, architecture, variant: variant || null };
}

function matches(pattern: PlatformPattern, platform: PlatformPattern): boolean {
  if (pattern.os !== platform.os || pattern.architecture !== platform.architecture) return false;
  return !pattern.variant || pattern.variant === (platform.variant || impliedVariant(platform));
}

function impliedVariant(platform: PlatformPattern): string | null {
  return platform.architecture === 'arm64' ? 'v8' : null;
}
