import { Injectable } from '@nestjs/common';
import { RequestBudget } from '../docker-hub/budget.js';
import { DockerHubClient } from '../docker-hub/docker-hub.client.js';
import { DockerHubError } from '../docker-hub/errors.js';
import { repositoryPathOf } from '../domain/image-name.js';
import { Refusal } from '../domain/refusals.js';
import type { RegistryTag } from '../domain/registry-tag.js';

/** A person waits for the answer. */
const TIMEOUT_MS = 10_000;
/** When a caller may try again where Docker Hub named no time. */
const RETRY_AFTER_SECONDS = 15;

/**
 * Asks Docker Hub for a tag because a person wants to approve it, and answers a tag that can be approved: an image,
 * with a digest, and with the one that he looked at. Whatever else comes is a Refusal in words for him.
 */
@Injectable()
export class ReadTagByHand {
  constructor(
    private readonly hub: DockerHubClient,
    private readonly budget: RequestBudget,
  ) {}

  async run(imageName: string, tag: string, expectedDigest: string | undefined): Promise<RegistryTag> {
    const found = await this.ask(imageName, tag);
    const name = `${imageName}:${tag}`;
    if (!found.isImage) {
      throw new Refusal(
        'conflict',
        'tag_is_no_image',
        `${name} is no image but a signature, an attestation or a chart.`,
      );
    }
    if (found.digest === null) {
      throw new Refusal(
        'conflict',
        'digest_unknown',
        `Docker Hub tells no digest of ${name}, so nobody could say what was approved.`,
      );
    }
    if (expectedDigest !== undefined && expectedDigest !== found.digest) {
      throw new Refusal(
        'conflict',
        'digest_changed',
        `${name} has the digest ${found.digest} on Docker Hub, not ${expectedDigest}. Look at it once more.`,
        { details: { current: { tag, digest: found.digest } } },
      );
    }
    return found;
  }

  private async ask(imageName: string, tag: string): Promise<RegistryTag> {
    try {
      return await this.hub.readTag(repositoryPathOf(imageName), tag, {
        pay: () => this.budget.pay(),
        timeoutMs: TIMEOUT_MS,
      });
    } catch (error) {
      if (!(error instanceof DockerHubError)) throw error;
      if (error.kind === 'rate_limited')
        await this.budget.pause(error.retryAfterMs ?? 60_000, 'rate_limited');
      throw refusalOf(error, `${imageName}:${tag}`);
    }
  }
}

function refusalOf(error: DockerHubError, name: string): Refusal {
  switch (error.kind) {
    case 'not_found':
      return new Refusal('conflict', 'tag_not_on_docker_hub', `There is no ${name} on Docker Hub.`);
    case 'rate_limited':
    case 'unavailable':
    case 'unauthorized':
    case 'paging_refused':
    case 'malformed':
    case 'refused':
      return new Refusal(
        'unavailable',
        'docker_hub_unavailable',
        `Docker Hub gave no usable answer about ${name} (${error.message}); nothing was approved. Try again.`,
        {
          details: {
            reason: error.kind,
            retry_after_seconds:
              error.retryAfterMs === null ? RETRY_AFTER_SECONDS : error.retryAfterMs / 1000,
          },
        },
      );
  }
}
