import type { EntityManager } from 'typeorm';
import { comparer, type ApprovedTag } from '../domain/comparison.js';
import { comparedWith } from '../domain/request-metadata.js';
import { readForComparison, writeComparisons } from './decisions.sql.js';

/**
 * Compares all pending requests of images with their approved tags again. Part of every transaction that approves or
 * revokes a tag, since lists filter and sort on what comes out. Two round trips, whatever the number of requests.
 */
export async function compareAgain(tx: EntityManager, imageIds: readonly number[]): Promise<void> {
  if (imageIds.length === 0) return;
  const { pending, approved } = await readForComparison(tx, imageIds);
  const approvedOf = new Map<number, ApprovedTag[]>();
  for (const tag of approved) approvedOf.set(tag.imageId, [...(approvedOf.get(tag.imageId) ?? []), tag]);
  const comparerOf = new Map(imageIds.map((id) => [id, comparer(approvedOf.get(id) ?? [])]));

  await writeComparisons(
    tx,
    pending.flatMap((request) => {
      const compare = comparerOf.get(request.image_id);
      if (!compare) return [];
      const comparison = compare({
        name: request.tag_name,
        sizeBytes: request.size_bytes === null ? null : Number(request.size_bytes),
        platforms: request.platforms,
      });
      return {
        id: request.id,
        line: comparison.line,
        variant: comparison.variant,
        bump: comparison.bump,
        sizeChangeBytes: comparison.sizeChangeBytes,
        platformsMissing: comparison.missingPlatforms,
        comparedTagId: comparison.comparedWith?.id ?? null,
        versionNumbers: comparison.versionNumbers,
        comparedWith: comparedWith(comparison),
      };
    }),
  );
}
