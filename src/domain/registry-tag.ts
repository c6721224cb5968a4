import type { Platform } from './platform.js';
import type { Stamp } from './stamp.js';

/** A repository on the registry, as its address is built: `library`/`redis`, `grafana`/`grafana`. */
export interface RepositoryPath {
  readonly namespace: string;
  /** The part behind the namespace: `redis`, `grafana`. */
  readonly repository: string;
}

/** A tag as the registry shows it now. */
export interface RegistryTag {
  readonly name: string;
  /** Digest of the index or, for a single image, of the manifest; null where Docker Hub gives none (old tags). */
  readonly digest: string | null;
  /** Time of the last push; null on tags older than about 2015. */
  readonly lastUpdated: Stamp | null;
  /** Compressed bytes of one image of the tag (Docker Hub's `full_size`); null when unknown or 0. */
  readonly sizeBytes: number | null;
  /** Empty when Docker Hub lists none: then nothing is known about the platforms. */
  readonly platforms: readonly Platform[];
  /** False for signatures, attestations, charts, plugins and whatever else is not a runnable image. */
  readonly isImage: boolean;
}
