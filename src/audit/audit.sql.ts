import type { EntityManager } from 'typeorm';
import type { AuditSubject } from './audit-entry.entity.js';

/** An entry to be written; times and ids are the database's. */
export interface AuditRecord {
  actor: string;
  action: string;
  subjectType: AuditSubject;
  subjectId: number;
  imageId?: number | null;
  imageName?: string | null;
  tagName?: string | null;
  from?: Record<string, unknown> | null;
  to?: Record<string, unknown> | null;
  reason?: string | null;
  batchId?: string | null;
  httpRequestId?: string | null;
}

/**
 * Writes entries in the transaction of the change they describe. One statement for any number of them; locks
 * nothing but the new rows.
 */
export async function record(tx: EntityManager, entries: readonly AuditRecord[]): Promise<void> {
  if (entries.length === 0) return;
  await tx.query(
    `INSERT INTO image_monitor.audit_log
       (actor, action, subject_type, subject_id, image_id, image_name, tag_name, from_state, to_state, reason,
        batch_id, http_request_id)
     SELECT "actor", "action", "subjectType", "subjectId", "imageId", "imageName", "tagName", "from", "to", "reason",
            "batchId", "httpRequestId"
       FROM jsonb_to_recordset($1::jsonb) AS entry (
         "actor" text, "action" text, "subjectType" text, "subjectId" bigint, "imageId" integer, "imageName" text,
         "tagName" text, "from" jsonb, "to" jsonb, "reason" text, "batchId" uuid, "httpRequestId" text)`,
    [JSON.stringify(entries)],
  );
}
