import type pg from 'pg';

/** Each tag that was pushed has one request, and no other tag has any. `pushed` is by image. */
export async function lookUpTags(
  db: pg.Client,
  pushed: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<string[]> {
  const found: string[] = [];
  const { rows } = await db.query<{ image_name: string; tag_name: string; count: number }>(
    `SELECT image_name, tag_name, count(*)::int FROM image_approval_requests GROUP BY 1, 2`,
  );
  const counts = new Map(rows.map((row) => [`${row.image_name}:${row.tag_name}`, row.count]));
  for (const [image, tags] of pushed) {
    for (const tag of tags) {
      const count = counts.get(`${image}:${tag}`) ?? 0;
      if (count === 0) found.push(`${image}:${tag} was lost`);
      if (count > 1) found.push(`${image}:${tag} was asked about ${count} times`);
    }
  }
  for (const [name] of counts) {
    const [image = '', tag = ''] = name.split(':');
    if (!pushed.get(image)?.has(tag)) found.push(`${name} was asked about, and is old`);
  }
  return found;
}

/**
 * Each request stands as its last audit row says, its tag is approved if it is, and what a client was told holds.
 * `answered` is the last action that was answered 200, by request.
 */
export async function lookUpDecisions(
  db: pg.Client,
  answered: ReadonlyMap<number, string>,
): Promise<string[]> {
  const found: string[] = [];
  const { rows } = await db.query<{
    id: number;
    status: string;
    audited: string | null;
    digest_is: boolean;
  }>(
    `SELECT r.id, r.status,
              (SELECT a.action FROM image_monitor.audit_log a
                WHERE a.subject_type = 'approval_request' AND a.subject_id = r.id ORDER BY a.id DESC LIMIT 1) AS audited,
              EXISTS (SELECT FROM image_tags t WHERE t.image_id = r.image_id AND t.tag = r.tag_name
                         AND t.status = 'approved' AND t.digest = r.digest) AS digest_is
         FROM image_approval_requests r`,
  );
  for (const { id, status, audited, digest_is } of rows) {
    const says = audited?.replace('approval_request.', '') ?? 'opened';
    const isTold = status === 'pending' ? ['opened', 'reopened', 'created'].includes(says) : says === status;
    if (!isTold) found.push(`Request ${id} is ${status}, and its audit says ${says}`);
    if ((status === 'approved') !== digest_is) {
      found.push(`Request ${id} is ${status}, and its tag is ${digest_is ? '' : 'not '}approved`);
    }
    const promised = answered.get(id);
    const kept = { approve: 'approved', reject: 'rejected', reopen: 'pending' }[promised ?? ''] ?? status;
    // An approval of a later version may have answered it since.
    if (kept !== status && status !== 'superseded') {
      found.push(`Request ${id} is ${status} after ${promised} was answered 200`);
    }
  }
  return found;
}
