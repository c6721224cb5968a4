import { createHash, timingSafeEqual } from 'node:crypto';
import { Body, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Secret } from '../config/secret.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { parseImageName } from '../domain/image-name.js';
import { quoted } from '../domain/quoted.js';
import { Refusal, type FieldError } from '../domain/refusals.js';
import { isTagName } from '../domain/tag.js';
import { parsePush, type PushHint } from '../domain/verdict.js';
import { Public } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { ApiProblems } from '../http/openapi.js';
import { RequestId } from '../http/request-id.js';
import { JudgePush, type Push } from './judge-push.js';

/** The answer to a push that passes the gate. */
export class PushAnswer {
  @ApiProperty({ enum: ['allowed'] }) verdict!: string;
  @ApiProperty({ enum: ['approved', 'internal_namespace'] }) reason!: string;
  @ApiProperty({ example: 'redis' }) image_name!: string;
  @ApiProperty({ type: String, nullable: true, example: '7.5-alpine' }) tag!: string | null;
  @ApiProperty({ type: String, nullable: true }) digest!: string | null;
  @ApiProperty({ enum: ['requested', 'already_requested', 'off', 'none'] }) rollout!: string;
}

/**
 * Docker Hub's webhook. It signs nothing, so the address carries a secret; its payload is only a hint of what to look
 * at, and its `callback_url` is never called.
 */
@ApiTags('Gate')
@ApiController('webhooks')
export class PushController {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly judgePush: JudgePush,
  ) {}

  @Post('docker-registry/:token')
  @HttpCode(200)
  @Public()
  @ApiOperation({ summary: "Docker Hub's push webhook: the gate's verdict" })
  @ApiBody({ schema: { type: 'object', description: "Docker Hub's payload", additionalProperties: true } })
  @ApiOkResponse({ type: PushAnswer })
  @ApiProblems(400, 403, 404, 503)
  async push(
    @Param('token') token: string,
    @Body() body: unknown,
    @RequestId() httpRequestId: string,
  ): Promise<PushAnswer> {
    if (!isSecret(token, this.settings.webhookToken)) {
      throw new Refusal('not_found', 'unknown_route', 'There is nothing here.');
    }
    const push = pushOf(body, httpRequestId);
    const { verdict, digest, rollout } = await this.judgePush.run(push);
    if (verdict.outcome === 'allowed') {
      return {
        verdict: 'allowed',
        reason: verdict.reason,
        image_name: push.image.imageName,
        tag: push.tag,
        digest,
        rollout,
      };
    }
    const kind = verdict.outcome === 'refused' ? 'forbidden' : 'unavailable';
    throw new Refusal(kind, verdict.reason, verdict.detail, {
      details: {
        verdict: verdict.outcome,
        reason: verdict.reason,
        action_required: verdict.actionRequired,
        image_name: push.image.imageName,
        tag: push.tag,
      },
    });
  }
}

/** In constant time, whatever the lengths: digests of both are compared. Without a secret nothing fits. */
function isSecret(given: string, secret: Secret | null): boolean {
  const [a, b] = [given, secret?.reveal() ?? ''].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a as Buffer, b as Buffer) && secret !== null;
}

function pushOf(body: unknown, httpRequestId: string): Push {
  const hint = parsePush(body);
  if (isErrors(hint)) throw invalid(hint);
  if (hint.tag !== null && !isTagName(hint.tag)) {
    throw invalid([{ field: 'push_data.tag', message: `takes the name of a tag, got ${quoted(hint.tag)}` }]);
  }
  return { image: imageOf(hint), tag: hint.tag, pushedBy: hint.pushedBy, httpRequestId };
}

function imageOf(hint: PushHint): Push['image'] {
  try {
    return parseImageName(hint.repository);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const message = error.fields[0]?.message ?? error.message;
    throw invalid([{ field: 'repository.repo_name', message }]);
  }
}

function isErrors(hint: PushHint | readonly FieldError[]): hint is readonly FieldError[] {
  return Array.isArray(hint);
}

function invalid(fields: readonly FieldError[]): Refusal {
  const sentence = fields
    .map(({ field, message }) => (field ? `${field}: ${message}` : `The body ${message}`))
    .join('; ');
  return new Refusal('invalid', 'invalid_request', `${sentence}.`, { fields });
}
