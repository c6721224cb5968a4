import type { DataSource, EntityManager } from 'typeorm';
import { BUDGET_LEVEL, BUDGET_CAPACITY, type BudgetKey } from '../docker-hub/budget.sql.js';
import type { RequestPolicy } from '../images/image.entity.js';
import { IS_FREE, LEASE_END, records } from './claim.sql.js';

const IS_WATCHED = `approval_status = 'approved' AND watch_for_updates`;

/** An image of whose old tags the next page may be read. */
export interface ImageToBackFill {
  id: number;
  imageName: string;
  leaseToken: string;
  page: number;
  requestPolicy: RequestPolicy | null;
  tagInclude: string[];
  tagExclude: string[];
  platforms: string[];
  /** Microseconds since 1970. */
  inventoryTo: number;
}

/**
 * Leases one image whose inventory is not read to its end and pays for a page, if the bucket is nearly full: budget that
 * nobody else wants. By `images_to_back_fill_idx`; locks the image's row, then the budget's.
 */
export async function claimBackFill(db: DataSource, key: BudgetKey): Promise<ImageToBackFill | null> {
  const rows = await db
    .query<(Omit<ImageToBackFill, 'inventoryTo'> & { inventoryTo: string })[]>(
      `WITH image AS MATERIALIZED (
         SELECT id FROM images WHERE ${IS_WATCHED} AND inventory_state = 'partial' AND inventory_to IS NOT NULL
            AND ${IS_FREE} AND next_check_at > now() ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED),
       budget AS MATERIALIZED (
         SELECT ${BUDGET_LEVEL} AS level, ${BUDGET_CAPACITY} AS capacity FROM image_monitor.request_budgets b
          WHERE b.registry = $1 AND b.credential = $2 AND EXISTS (SELECT FROM image) FOR NO KEY UPDATE),
       paid AS (
         UPDATE image_monitor.request_budgets b
            SET tokens = budget.level - 1, refilled_at = greatest(b.refilled_at, clock_timestamp()), spent = b.spent + 1
           FROM budget WHERE b.registry = $1 AND b.credential = $2 AND budget.level >= greatest(1, 0.8 * budget.capacity)
         RETURNING 1)
       UPDATE images i SET lease_token = gen_random_uuid(), lease_expires_at = ${LEASE_END}
         FROM image WHERE i.id = image.id AND EXISTS (SELECT FROM paid)
       RETURNING i.id, i.image_name AS "imageName", i.lease_token AS "leaseToken", coalesce(i.inventory_page, 2) AS page,
         i.request_policy AS "requestPolicy", i.tag_include AS "tagInclude", i.tag_exclude AS "tagExclude", i.platforms,
         (extract(epoch FROM i.inventory_to) * 1000000)::bigint AS "inventoryTo"`,
      [key.registry, key.credential],
    )
    .then(records);
  const row = rows[0];
  return row ? { ...row, inventoryTo: Number(row.inventoryTo) } : null;
}

/** Moves the back-fill on by a page, or ends it; false: the lease was lost. Locks the image's row. */
export async function closeBackFill(
  db: DataSource | EntityManager,
  image: ImageToBackFill,
  state: 'partial' | 'complete' | 'truncated',
): Promise<boolean> {
  const rows = await db
    .query<{ id: number }[]>(
      `UPDATE images
          SET lease_token = NULL, lease_expires_at = NULL, inventory_state = $3::varchar,
              inventory_page = CASE WHEN $3::varchar = 'partial' THEN $4::integer + 1 END
        WHERE id = $1 AND lease_token = $2 RETURNING id`,
      [image.id, image.leaseToken, state, image.page],
    )
    .then(records);
  return rows.length === 1;
}

/** With an account deep pages can be read: what was given up without one is taken up again, from its first page. */
export async function resumeTruncated(db: DataSource): Promise<void> {
  await db.query(
    `UPDATE images SET inventory_state = 'partial', inventory_page = NULL
      WHERE ${IS_WATCHED} AND inventory_state = 'truncated'`,
  );
}

/** Images whose old tags are being read, and those where Docker Hub refuses it. By `images_to_back_fill_idx`. */
export async function countBackFills(db: DataSource): Promise<{ running: number; truncated: number }> {
  const rows = await db.query<{ running: number; truncated: number }[]>(
    `SELECT count(*) FILTER (WHERE inventory_state = 'partial')::int AS running,
            count(*) FILTER (WHERE inventory_state = 'truncated')::int AS truncated
       FROM images WHERE ${IS_WATCHED} AND inventory_state IN ('partial', 'truncated')`,
  );
  return rows[0] ?? { running: 0, truncated: 0 };
}
