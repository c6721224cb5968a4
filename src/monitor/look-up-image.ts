import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import { RequestBudget } from '../docker-hub/budget.js';
import { DockerHubClient } from '../docker-hub/docker-hub.client.js';
import { DockerHubError } from '../docker-hub/errors.js';
import { parseImageName, type ImageName } from '../domain/image-name.js';
import { Refusal } from '../domain/refusals.js';
import { Image } from '../images/image.entity.js';

/** A person waits for the answer. */
const TIMEOUT_MS = 10_000;
/** When a caller may try again where Docker Hub named no time. */
const RETRY_AFTER_SECONDS = 15;

/** How a name is read, and what is behind it. */
export interface LookedUpImage {
  readonly name: ImageName;
  /** The image of that name that is there already. */
  readonly imageId: number | null;
  /** Null: Docker Hub has no such repository, or not for us. */
  readonly repository: { readonly description: string | null; readonly tagCount: number } | null;
}

/**
 * Looks an image up that someone is about to add, and changes nothing. Two questions to Docker Hub, paid like all:
 * what it says of a repository has no count of its tags, and their list no description. Of one
 * that is not found the second is not asked.
 */
@Injectable()
export class LookUpImage {
  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly hub: DockerHubClient,
    private readonly budget: RequestBudget,
  ) {}

  /** Throws a Refusal of the field `image_name` for what is no name, and `docker_hub_unavailable`. */
  async run(imageName: string): Promise<LookedUpImage> {
    const name = parseImageName(imageName);
    const known = await this.db.getRepository(Image).findOne({
      where: { registry: name.registry, imageName: name.imageName },
      select: { id: true },
    });
    return { name, imageId: known?.id ?? null, repository: await this.ask(name) };
  }

  private async ask(name: ImageName): Promise<LookedUpImage['repository']> {
    const pay = (): Promise<void> => this.budget.pay();
    try {
      const { description } = await this.hub.readRepository(name, { pay, timeoutMs: TIMEOUT_MS });
      const { count } = await this.hub.readTagPage(name, { url: null, pay });
      return { description, tagCount: count };
    } catch (error) {
      if (!(error instanceof DockerHubError)) throw error;
      if (error.kind === 'not_found') return null;
      if (error.kind === 'rate_limited')
        await this.budget.pause(error.retryAfterMs ?? 60_000, 'rate_limited');
      throw new Refusal(
        'unavailable',
        'docker_hub_unavailable',
        `Docker Hub gave no usable answer about ${name.imageName} (${error.message}). Try again.`,
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
}
