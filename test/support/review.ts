import type { ApiAnswer, TestApp } from './app.js';
import { digestOf } from './docker-hub/world.js';

/** An image whose tags have each a pending request. */
export interface Asked {
  imageId: number;
  name: string;
  /** Request ids by tag. */
  ids: Record<string, number>;
}

/** What a reviewer does over REST, in as few words as a test wants to read. */
export interface Review {
  asked(tags: Record<string, string | undefined> | readonly string[], category?: string): Promise<Asked>;
  /** Pushes the tag again with other content, and lets the monitor see it. */
  repush(of: Asked, tag: string): Promise<void>;
  act(id: number | undefined, action: string, body?: unknown): Promise<ApiAnswer>;
  bulk(body: unknown): Promise<ApiAnswer>;
  list(query: string): Promise<ApiAnswer>;
  request(id: number | undefined): Promise<Record<string, unknown> & { status: string; digest: string }>;
  tags(imageId: number): Promise<{ tag: string; digest: string; status: string }[]>;
}

let nextName = 0;

export function reviewOf(app: TestApp): Review {
  const path = '/images/approval-requests';
  const review: Review = {
    asked: async (tags, category) => {
      const name = `reviewed-${nextName++}`;
      const imageId = await app.addImage(name, category === undefined ? {} : { category });
      const contents = Array.isArray(tags)
        ? Object.fromEntries((tags as string[]).map((tag) => [tag, undefined]))
        : (tags as Record<string, string | undefined>);
      let at = Date.now() - 3_600_000;
      for (const [tag, content] of Object.entries(contents)) {
        app.hub.push(name, tag, {
          at: (at += 1_000),
          digest: content === undefined ? undefined : digestOf(name + content),
        });
      }
      await app.api('POST', `/images/${imageId}/check`);
      const rows = await app.dataSource.query<{ id: number; tag_name: string }[]>(
        `SELECT id, tag_name FROM image_approval_requests WHERE image_id = $1`,
        [imageId],
      );
      return { imageId, name, ids: Object.fromEntries(rows.map((row) => [row.tag_name, row.id])) };
    },
    repush: async (of, tag) => {
      app.hub.push(of.name, tag);
      await app.api('POST', `/images/${of.imageId}/check`);
    },
    act: (id, action, body = {}) =>
      app.api(
        'POST',
        `${path}/${id}/${action}`,
        action === 'reject' ? { rejection_reason: 'no', ...(body as object) } : body,
      ),
    bulk: (body) => app.api('POST', `${path}/bulk`, body),
    list: (query) => app.api('GET', `${path}${query}`),
    request: async (id) => (await app.api('GET', `${path}/${id}`)).body.approval_request as never,
    tags: (imageId) =>
      app.dataSource.query(`SELECT tag, digest, status FROM image_tags WHERE image_id = $1 ORDER BY tag`, [
        imageId,
      ]),
  };
  return review;
}

/** What must never be, over everything in the database: each name with how often it is. */
export async function violations(app: TestApp): Promise<Record<string, number>> {
  const [row] = await app.dataSource.query<Record<string, number>[]>(
    `SELECT
       (SELECT count(*)::int FROM (SELECT FROM image_approval_requests WHERE status = 'pending' AND tag_name IS NOT NULL
          GROUP BY image_id, tag_name HAVING count(*) > 1) AS doubled) AS doubled_questions,
       (SELECT count(*)::int FROM image_approval_requests r WHERE r.status IN ('approved', 'rejected')
          AND NOT EXISTS (SELECT FROM image_monitor.audit_log a WHERE a.subject_type = 'approval_request'
            AND a.subject_id = r.id AND a.action = 'approval_request.' || r.status)) AS unaudited_decisions,
       (SELECT count(*)::int FROM image_tags t WHERE t.status = 'approved' AND t.approval_request_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM image_approval_requests r WHERE r.id = t.approval_request_id
            AND r.status = 'approved' AND r.digest = t.digest)) AS tags_in_force_unapproved,
       (SELECT count(*)::int FROM image_approval_requests r WHERE r.status = 'approved' AND r.tag_name IS NOT NULL
          AND NOT EXISTS (SELECT FROM image_tags t WHERE t.image_id = r.image_id AND t.tag = r.tag_name)) AS approved_without_a_tag`,
  );
  return row ?? {};
}

export const NO_VIOLATIONS = {
  doubled_questions: 0,
  unaudited_decisions: 0,
  tags_in_force_unapproved: 0,
  approved_without_a_tag: 0,
};
