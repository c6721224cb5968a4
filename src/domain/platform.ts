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
