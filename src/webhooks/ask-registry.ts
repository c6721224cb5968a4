import { Injectable } from '@nestjs/common';
import { RequestBudget } from '../docker-hub/budget.js';
import { DockerHubClient } from '../docker-hub/docker-hub.client.js';
import { DockerHubError } from '../docker-hub/errors.js';
import { repositoryPathOf } from '../domain/image-name.js';
import { Refusal } from '../domain/refusals.js';
import type { RegistryTag } from '../domain/registry-tag.js';

/** How long a push may wait for Docker Hub, payment included (SPEC 8). */
const PATIENCE_MS = 5_000;

/** The tag as the registry has it; `missing`: it has none of that name; `unavailable`: it could not be asked in time. */
export type RegistryAnswer = RegistryTag | 'missing' | 'unavailable';

/**
 * Asks Docker Hub about one tag. Questions for one tag that are under way are shared, so that a push that is delivered
 * ten times at once costs one request. An answer is never kept: the next question is a new one.
 */
@Injectable()
export class AskRegistry {
  private readonly underWay = new Map<string, Promise<RegistryAnswer>>();

  constructor(
    private readonly hub: DockerHubClient,
    private readonly budget: RequestBudget,
  ) {}

  async run(imageName: string, tag: string): Promise<RegistryAnswer> {
    const key = `${imageName}:${tag}`;
    let question = this.underWay.get(key);
    if (!question) {
      question = this.ask(imageName, tag).finally(() => this.underWay.delete(key));
      this.underWay.set(key, question);
    }
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<RegistryAnswer>((resolve) => {
      timer = setTimeout(() => resolve('unavailable'), PATIENCE_MS);
    });
    return Promise.race([question, patience]).finally(() => clearTimeout(timer));
  }

  private async ask(imageName: string, tag: string): Promise<RegistryAnswer> {
    try {
      return await this.hub.readTag(repositoryPathOf(imageName), tag, {
        pay: () => this.budget.pay(),
        timeoutMs: PATIENCE_MS,
      });
    } catch (error) {
      if (error instanceof DockerHubError) {
        if (error.kind === 'rate_limited')
          await this.budget.pause(error.retryAfterMs ?? 60_000, error.message);
        if (error.kind === 'unavailable') await this.budget.countFailure();
        return error.kind === 'not_found' ? 'missing' : 'unavailable';
      }
      // No budget within five seconds.
      if (error instanceof Refusal && error.kind === 'unavailable') return 'unavailable';
      throw error;
    }
  }
}
