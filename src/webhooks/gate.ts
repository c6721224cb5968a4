import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATA_SOURCE } from '../database/data-source.js';
import type { ImageName } from '../domain/image-name.js';
import type { RegistryTag } from '../domain/registry-tag.js';
import { judgeDigest, judgeKnown, UNDECIDED, type Verdict } from '../domain/verdict.js';
import { AskRegistry } from './ask-registry.js';
import { readGate, type GateRow } from './webhooks.sql.js';

/** A verdict, and what it was judged by. */
export interface GateJudgement {
  readonly verdict: Verdict;
  /** Null: nobody knows the image. */
  readonly gate: GateRow | null;
  /** The tag as the registry has it now; null where it was not asked, or did not answer. */
  readonly found: RegistryTag | null;
}

/**
 * The gate: what may be rolled out. Judges by the tables, and where a tag is approved by the digest that the registry
 * has now, or that the caller holds in his hand. Without side effects; `JudgePush` acts on it.
 */
@Injectable()
export class Gate {
  private readonly internalNamespaces: ReadonlySet<string>;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly registry: AskRegistry,
  ) {
    this.internalNamespaces = new Set(settings.internalNamespaces);
  }

  /** With `digest` that one is judged and nobody is asked. */
  async judge(image: ImageName, tag: string | null, digest?: string): Promise<GateJudgement> {
    const isInternal = this.internalNamespaces.has(image.namespace);
    const gate = isInternal ? null : await readGate(this.db, image, tag);
    const known = judgeGate(gate, { isInternal, tag });
    if (known !== null || gate === null || gate.digest === null || tag === null) {
      return { verdict: known ?? UNDECIDED, gate, found: null };
    }
    if (digest !== undefined)
      return { verdict: judgeDigest(gate.digest, digest, 'caller'), gate, found: null };

    const answer = await this.registry.run(image.imageName, tag);
    if (answer === 'unavailable') return { verdict: UNDECIDED, gate, found: null };
    const found = answer === 'missing' ? null : answer;
    return { verdict: judgeDigest(gate.digest, found?.digest ?? null), gate, found };
  }
}

/** The verdict as far as it follows from the tables; null: it depends on the digest. */
export function judgeGate(
  gate: GateRow | null,
  push: { isInternal: boolean; tag: string | null },
): Verdict | null {
  return judgeKnown({
    isInternal: push.isInternal,
    image: gate && { approvalStatus: gate.approval_status },
    tagName: push.tag,
    tag:
      gate === null || gate.tag_status === null
        ? null
        : { status: gate.tag_status, isDeprecated: gate.is_deprecated ?? false, digest: gate.digest },
  });
}
