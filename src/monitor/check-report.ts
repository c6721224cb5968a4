import type { Logger } from '@nestjs/common';
import { LogLine } from '../config/log-line.js';
import type { Settings } from '../config/settings.js';
import { intervalMs } from '../domain/check-schedule.js';
import type { CheckOutcome } from './check.entity.js';
import type { ClaimedImage } from './claim.sql.js';
import type { CheckResult } from './monitor.sql.js';

/** How a check ended, for whoever asked for it. `lost`: another one holds the lease; `stopped`: handed back. */
export interface CheckReport {
  outcome: CheckOutcome | 'lost' | 'stopped';
  tagsSeen: number;
  newTags: number;
  requestsCreated: number;
  error: string | null;
}

/** What a check found that found nothing out. */
export const NOTHING_FOUND = { tagsSeen: 0, newTags: 0, requestsCreated: 0 } as const;

export function reportOf(result: CheckResult, requestsCreated: number): CheckReport {
  return {
    outcome: result.outcome,
    tagsSeen: result.tagsSeen,
    newTags: result.newTags,
    requestsCreated,
    error: null,
  };
}

/** What every log line of a check has. */
export function fieldsOf(image: ClaimedImage): Record<string, string | number> {
  return { image: image.imageName, image_id: image.id, check_id: image.checkId };
}

/** A result that came after the lease had run out is not written: another replica has the image by now. */
export function lost(image: ClaimedImage, logger: Logger): CheckReport {
  logger.warn(
    new LogLine(
      `The check of ${image.imageName} took longer than its lease; its result is dropped`,
      fieldsOf(image),
    ),
  );
  return { ...NOTHING_FOUND, outcome: 'lost', error: null };
}

/** Milliseconds from one regular check of the image to the next. */
export function intervalOf(image: ClaimedImage, settings: Settings): number {
  return intervalMs({
    namespace: image.namespace,
    checkIntervalMinutes: image.checkIntervalMinutes ?? settings.checkIntervalMinutes,
  });
}
