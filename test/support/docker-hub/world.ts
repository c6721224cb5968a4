import { createHash } from 'node:crypto';

/**
 * What the stand-in Docker Hub knows: repositories and their tags, with the rows as the real one sends them
 * (facts.md, sections 2 and 3). Only erasable TypeScript, so that Node runs these files without a build.
 */

/** Where a platform stands in an answer: `linux/arm/v7`, or all of it. */
export type PlatformLike =
  | string
  | {
      os: string;
      architecture: string;
      variant?: string | null;
      digest?: string | null;
      size?: number | null;
    };

export interface PushOptions {
  /** `sha256:` and 64 hex digits ({@link digestOf} makes one of any text); a new one when not given, null for none. */
  digest?: string | null;
  /** Time of the push: a text is sent as it is; null for a tag without a time (older than 2015). Default: now. */
  at?: Date | string | number | null;
  /** Default: linux/amd64 and linux/arm64/v8. */
  platforms?: PlatformLike[];
  /** Bytes of the first platform and of `full_size`. */
  sizeBytes?: number;
  /** Takes content (digest, platforms, size) from another tag of the repository. */
  aliasOf?: string;
  /** Further names for the same content, each pushed one second before the tag itself. */
  aliases?: string[];
  /** Whether buildkit's attestations stand beside the platforms (`unknown/unknown`). Default: with two platforms or more. */
  attestations?: boolean;
  contentType?: string | null;
  mediaType?: string;
  /** Fields of the row to replace as they are, `undefined` to leave out: for shapes of old or broken tags. */
  row?: Record<string, unknown>;
}

export interface HubTag {
  readonly id: number;
  readonly name: string;
  digest: string | null;
  /** As sent; null sorts last. */
  lastUpdated: string | null;
  /** Order in time: microseconds, then the order of pushes. */
  micros: number;
  sequence: number;
  options: PushOptions;
  /** The row as JSON, made when it is first asked for. */
  json: string | null;
}

export type Order = 'newest_first' | 'oldest_first' | 'a_to_z' | 'z_to_a';

/** A legal digest that is always the same for the same text. */
export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

export class HubRepository {
  readonly tags = new Map<string, HubTag>();
  readonly id: number;
  readonly namespace: string;
  readonly name: string;
  readonly dateRegistered: string;
  lastUpdated: string | null = null;
  description: string | null = '';
  isPrivate = false;
  pullCount = 0;
  private readonly sorted = new Map<Order, HubTag[]>();
  /** Serialised pages by address; emptied by every change. */
  readonly pages = new Map<string, { plain: Buffer; gzip: Buffer | null }>();

  constructor(id: number, namespace: string, name: string, registeredAtMs: number) {
    this.id = id;
    this.namespace = namespace;
    this.name = name;
    this.dateRegistered = stampText(registeredAtMs * 1000);
  }

  changed(): void {
    this.sorted.clear();
    this.pages.clear();
  }

  inOrder(order: Order): HubTag[] {
    let tags = this.sorted.get(order);
    if (!tags) {
      tags = [...this.tags.values()].sort(COMPARE[order]);
      this.sorted.set(order, tags);
    }
    return tags;
  }

  row(tag: HubTag): string {
    tag.json ??= JSON.stringify(tagRow(this, tag));
    return tag.json;
  }

  /** Fields in the shape of a listing of late 2025 (facts.md, section 3.1). */
  listingRow(): Record<string, unknown> {
    return {
      name: this.name,
      namespace: this.namespace,
      repository_type: 'image',
      status: 1,
      status_description: 'active',
      description: this.description,
      is_private: this.isPrivate,
      star_count: 0,
      pull_count: this.pullCount,
      last_updated: this.lastUpdated,
      last_modified: '2024-10-16T13:48:34.145251Z',
      date_registered: this.dateRegistered,
      affiliation: '',
      media_types: [OCI_INDEX],
      content_types: ['image'],
      categories: [],
      storage_size: 123456789,
      source: null,
    };
  }
}

const byTime = (a: HubTag, b: HubTag): number => a.micros - b.micros || a.sequence - b.sequence;
const byName = (a: HubTag, b: HubTag): number => (a.name < b.name ? -1 : 1);
const nullsLast =
  (compare: (a: HubTag, b: HubTag) => number) =>
  (a: HubTag, b: HubTag): number => {
    if (a.lastUpdated === null || b.lastUpdated === null) {
      return Number(a.lastUpdated === null) - Number(b.lastUpdated === null) || compare(a, b);
    }
    return compare(a, b);
  };
const COMPARE: Record<Order, (a: HubTag, b: HubTag) => number> = {
  newest_first: nullsLast((a, b) => byTime(b, a)),
  oldest_first: nullsLast(byTime),
  a_to_z: byName,
  z_to_a: (a, b) => byName(b, a),
};

export class HubWorld {
  readonly repositories = new Map<string, HubRepository>();
  readonly nowMs: () => number;
  private ids = 1_000;
  private sequence = 0;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  /** The repository of a name in the user's form (`redis`, `grafana/grafana`), made when it is not there. */
  repository(image: string): HubRepository {
    const found = this.find(image);
    if (found) return found;
    const [namespace, name] = partsOf(image);
    const made = new HubRepository(this.ids++, namespace, name, this.nowMs());
    this.repositories.set(`${namespace}/${name}`, made);
    return made;
  }

  find(image: string): HubRepository | undefined {
    return this.repositories.get(partsOf(image).join('/'));
  }

  push(image: string, name: string, options: PushOptions = {}): HubTag {
    const repository = this.repository(image);
    const micros = microsOf(options.at, this.nowMs());
    for (const [i, alias] of (options.aliases ?? []).entries()) {
      const at = options.at === null ? null : (micros - (i + 1) * 1_000_000) / 1000;
      this.push(image, alias, { ...this.contentOf(repository, name, options), aliases: [], at });
    }
    const content = this.contentOf(repository, name, options);
    const before = repository.tags.get(name);
    const text = options.at === null ? null : typeof options.at === 'string' ? options.at : stampText(micros);
    const tag: HubTag = {
      // Docker Hub keeps a tag's id over re-pushes (facts.md, section 2).
      id: before?.id ?? this.ids++,
      name,
      digest: content.digest ?? null,
      lastUpdated: text,
      micros,
      sequence: this.sequence++,
      options: content,
      json: null,
    };
    repository.tags.set(name, tag);
    // The repository's stamp trails the tag's by 0.3 to 2 s per push (facts.md, section 3.2 b).
    if (text !== null) {
      const stamp = stampText(micros + 300_000);
      if (repository.lastUpdated === null || microsOf(repository.lastUpdated, 0) < micros + 300_000) {
        repository.lastUpdated = stamp;
      }
    }
    repository.changed();
    return tag;
  }

  deleteTag(image: string, name: string): boolean {
    const repository = this.find(image);
    const deleted = repository?.tags.delete(name) ?? false;
    // A deletion does not move the repository's stamp (facts.md, section 3.2).
    repository?.changed();
    return deleted;
  }

  removeRepository(image: string): boolean {
    return this.repositories.delete(partsOf(image).join('/'));
  }

  private contentOf(repository: HubRepository, name: string, options: PushOptions): PushOptions {
    if (options.aliasOf !== undefined) {
      const other = repository.tags.get(options.aliasOf);
      if (!other)
        throw new Error(`The stand-in has no ${repository.name}:${options.aliasOf} to be an alias of.`);
      return { ...other.options, ...withoutUndefined(options), digest: other.digest };
    }
    const digest =
      options.digest === undefined
        ? digestOf(`${repository.namespace}/${repository.name}:${name}#${this.sequence}`)
        : options.digest;
    if (digest !== null && !/^sha256:[0-9a-f]{64}$/.test(digest)) {
      throw new Error(`${digest} is no digest that Docker Hub could send; digestOf('any text') makes one.`);
    }
    return { ...options, digest };
  }
}

const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const SINGLE_IMAGE = 'application/vnd.docker.container.image.v1+json';
const OFFICIAL_USER = 1156886;

/** The row of a tag with every field of a recorded one, in the recorded order (facts.md, section 2). */
function tagRow(repository: HubRepository, tag: HubTag): Record<string, unknown> {
  const { options } = tag;
  const platforms = (options.platforms ?? ['linux/amd64', 'linux/arm64/v8']).map(platformOf);
  const size = options.sizeBytes ?? 12_345_678;
  const seed = tag.digest ?? tag.name;
  const images: Record<string, unknown>[] = platforms.map((platform, i) => ({
    architecture: platform.architecture,
    features: '',
    variant: platform.variant ?? null,
    digest: platform.digest === undefined ? digestOf(`${seed}/${i}`) : platform.digest,
    os: platform.os,
    os_features: '',
    os_version: null,
    size: platform.size === undefined ? size + i * 1_000 : platform.size,
    status: 'active',
    last_pulled: tag.lastUpdated === null ? null : `${tag.lastUpdated.slice(0, 19)}.367170055Z`,
    last_pushed: tag.lastUpdated,
  }));
  if (options.attestations ?? platforms.length > 1) {
    // One attestation per platform, as buildkit pushes them.
    for (const [i] of platforms.entries()) {
      images.push({
        architecture: 'unknown',
        features: '',
        variant: null,
        digest: digestOf(`${seed}/attestation/${i}`),
        os: 'unknown',
        os_features: '',
        os_version: null,
        size: 600_000 + i,
        status: 'active',
        last_pulled: null,
        last_pushed: tag.lastUpdated,
      });
    }
  }
  const row: Record<string, unknown> = {
    creator: OFFICIAL_USER,
    id: tag.id,
    images,
    last_updated: tag.lastUpdated,
    last_updater: OFFICIAL_USER,
    last_updater_username: 'doijanky',
    name: tag.name,
    repository: repository.id,
    full_size: size,
    v2: true,
    tag_status: 'active',
    tag_last_pulled: tag.lastUpdated === null ? null : `${tag.lastUpdated.slice(0, 19)}.367170055Z`,
    tag_last_pushed: tag.lastUpdated,
    media_type: options.mediaType ?? (images.length > 1 ? OCI_INDEX : SINGLE_IMAGE),
    content_type: options.contentType ?? 'image',
    ...(tag.digest === null ? {} : { digest: tag.digest }),
  };
  if (options.contentType === null) delete row.content_type;
  return { ...row, ...options.row };
}

function platformOf(platform: PlatformLike): Exclude<PlatformLike, string> {
  if (typeof platform !== 'string') return platform;
  const [os = '', architecture = '', variant = null] = platform.split('/');
  return { os, architecture, variant };
}

function partsOf(image: string): [string, string] {
  const [first = '', second] = image.split('/');
  return second === undefined ? ['library', first] : [first, second];
}

/** A time of a push as whole microseconds since 1970. */
export function microsOf(at: PushOptions['at'], nowMs: number): number {
  if (at === undefined) return Math.floor(nowMs) * 1000;
  if (at === null) return 0;
  if (typeof at === 'number') return Math.round(at * 1000);
  if (at instanceof Date) return at.getTime() * 1000;
  const match = /^(.{19})(?:\.(\d+))?(.*)$/.exec(at);
  const ms = match ? Date.parse(`${match[1]}${match[3]}`) : NaN;
  if (Number.isNaN(ms)) throw new Error(`${at} is no time that Docker Hub could send.`);
  return ms * 1000 + Number((match?.[2] ?? '').padEnd(6, '0').slice(0, 6));
}

/** As Docker Hub writes it: up to six fraction digits, none at the end that are 0 (facts.md, section 2). */
function stampText(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = String(micros - seconds * 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}${fraction && `.${fraction}`}Z`;
}

function withoutUndefined(options: PushOptions): PushOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
