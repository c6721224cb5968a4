import { quoted } from './quoted.js';
import { invalidField } from './refusals.js';
import type { RepositoryPath } from './registry-tag.js';

/** A repository on Docker Hub, as a person names it and as its address is built. */
export interface ImageName extends RepositoryPath {
  readonly registry: 'docker.io';
  /** The user's form, which the database keeps: `redis` for an official image, else `grafana/grafana`. */
  readonly imageName: string;
  /** True in the namespace `library`, which Docker itself curates. */
  readonly isOfficial: boolean;
}

/** Host and name together, as many clients take it (OCI distribution specification). */
const MAX_NAME_CHARS = 255;

/** One part of a path (distribution/reference, regexp.go; `docker-hub/facts.md`, section 7). */
const COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;

/** Every name Docker Hub goes by. Docker's own library folds only `index.docker.io`. */
const DOCKER_HUB_HOSTS = new Set([
  'docker.io',
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
]);

const TAKES = 'use a Docker Hub repository such as redis, library/redis or docker.io/grafana/grafana';

/**
 * Reads a Docker reference without a tag: `redis`, `library/redis` and `docker.io/redis` are one image, `redis`;
 * `grafana/grafana` and `index.docker.io/grafana/grafana` are `grafana/grafana`.
 *
 * The first segment is a registry if it is `localhost` or has a dot or a colon in it, as in Docker. Throws a Refusal
 * of the field `image_name` for another registry, a tag or digest, and whatever is not a name.
 */
export function parseImageName(text: string): ImageName {
  if (typeof text !== 'string' || text === '') throw refused(`is empty; ${TAKES}`);
  if (text.length > MAX_NAME_CHARS)
    throw refused(`takes at most ${MAX_NAME_CHARS} characters, got ${text.length}`);
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\u0000-\u0020\u007f-\u00a0]/.test(text)) {
    throw refused(`takes no spaces or control characters, got ${quoted(text)}`);
  }
  if (text.includes('://')) throw refused(`is not a URL, got ${quoted(text)}; ${TAKES}`);
  if (text.includes('@')) throw refused(`takes no digest, got ${quoted(text)}; ${TAKES}`);
  if (DOCKER_HUB_HOSTS.has(text.toLowerCase()))
    throw refused(`${quoted(text)} names a registry only; ${TAKES}`);

  const path = withoutDockerHubHost(text);
  const last = path[path.length - 1] ?? '';
  const isOfficial = path.length === 1 || path[0] === 'library';
  // Docker reads `docker.io` as the image library/docker.io; whoever writes it forgot the image.
  if (isOfficial && DOCKER_HUB_HOSTS.has(last.toLowerCase())) {
    throw refused(`${quoted(text)} names a registry only; ${TAKES}`);
  }
  if (last.includes(':')) {
    throw refused(`takes no tag, since all tags of an image are watched, got ${quoted(text)}; ${TAKES}`);
  }
  if (path.length > 2) throw refused(`has too many parts, got ${quoted(text)}; ${TAKES}`);
  if (path.some((part) => /[A-Z]/.test(part))) throw refused(`takes lower case only, got ${quoted(text)}`);
  if (!path.every((part) => COMPONENT.test(part))) {
    throw refused(
      `takes letters and digits, with single dots, underscores or dashes between them, got ${quoted(text)}; ${TAKES}`,
    );
  }

  const namespace = isOfficial ? 'library' : (path[0] ?? '');
  // Docker keeps names of 64 hex digits for image ids.
  if (isOfficial && /^[0-9a-f]{64}$/.test(last)) throw refused('is an image id, not a name');
  return {
    registry: 'docker.io',
    namespace,
    repository: last,
    imageName: isOfficial ? last : `${namespace}/${last}`,
    isOfficial,
  };
}

/**
 * Where a stored `image_name` lies on Docker Hub: `redis` is `library`/`redis`. Names that an adopted database keeps
 * in another form (`library/redis`) are read too; throws a Refusal for what was written there by hand and is no name.
 */
export function repositoryPathOf(imageName: string): RepositoryPath {
  const { namespace, repository } = parseImageName(imageName);
  return { namespace, repository };
}

function withoutDockerHubHost(text: string): string[] {
  const parts = text.split('/');
  const [first = '', ...rest] = parts;
  const isHost = rest.length > 0 && (first === 'localhost' || /[.:]/.test(first)) && !/^\.*$/.test(first);
  if (!isHost) return parts;
  if (!DOCKER_HUB_HOSTS.has(first.toLowerCase())) {
    throw refused(`only Docker Hub is watched, not ${quoted(first)}; ${TAKES}`);
  }
  return rest;
}

function refused(message: string): Error {
  return invalidField('image_name', message);
}
