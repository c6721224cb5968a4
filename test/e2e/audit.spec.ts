import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type ApiAnswer, type TestApp } from '../support/app.js';
import { reviewOf, type Review } from '../support/review.js';

let app: TestApp;
let review: Review;

beforeAll(async () => {
  app = await startApp({ settings: { requestPolicy: 'all' } });
  review = reviewOf(app);
});
afterAll(async () => app.close());

const log = (query = '', accept = 'application/json'): Promise<ApiAnswer> =>
  app.api('GET', `/audit-log${query}`, undefined, { accept });

describe('the audit log', () => {
  it('tells a decision with actor, states, reason and request, newest first', async () => {
    const { imageId, name, ids } = await review.asked(['1.0.0']);
    await review.act(ids['1.0.0'], 'reject', { rejection_reason: 'memory leak' });

    const { body } = await log(`?request_id=${ids['1.0.0']}`);

    expect(body).toMatchObject({ total: 2, next_cursor: null });
    expect(body.audit_entries).toMatchObject([
      {
        action: 'approval_request.rejected',
        actor: 'local',
        subject_type: 'approval_request',
        subject_id: ids['1.0.0'],
        image_id: imageId,
        image_name: name,
        tag_name: '1.0.0',
        from_state: { status: 'pending' },
        to_state: { status: 'rejected' },
        reason: 'memory leak',
        http_request_id: expect.any(String),
      },
      { action: 'approval_request.opened', actor: 'image_monitor' },
    ]);
  });

  it('filters by everything it is asked about', async () => {
    const { imageId, ids } = await review.asked(['1.0.0', '2.0.0']);
    const { body: done } = await review.bulk({
      action: 'approve',
      ids: Object.values(ids).map((id) => ({ id })),
    });
    const total = async (query: string): Promise<number> => (await log(query)).body.total as number;

    expect(await total(`?batch_id=${done.batch_id}`)).toBe(2);
    expect(await total(`?image_id=${imageId}`)).toBe(4);
    expect(await total(`?image_id=${imageId}&action=approval_request.approved&actor=local`)).toBe(2);
    expect(await total(`?image_id=${imageId}&actor=image_monitor`)).toBe(2);
    expect(await total(`?subject_type=approval_request&subject_id=${ids['1.0.0']}`)).toBe(2);
    expect(await total(`?image_id=${imageId}&since=2999-01-01T00:00:00Z`)).toBe(0);
    expect(await total(`?image_id=${imageId}&until=2999-01-01T00:00:00Z`)).toBe(4);
  });

  it('pages without gaps or doubles', async () => {
    const tags = Array.from({ length: 12 }, (_, i) => `1.${i}.0`);
    const { imageId } = await review.asked(tags);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await log(`?image_id=${imageId}&limit=5${cursor && `&cursor=${cursor}`}`);
      expect(body.total).toBe(12);
      seen.push(...body.audit_entries.map((entry: { id: string }) => entry.id));
      cursor = body.next_cursor;
    }
    expect(new Set(seen).size).toBe(12);
    expect(seen).toHaveLength(12);
  });

  it('is exported as CSV that no spreadsheet takes for a formula', async () => {
    const { imageId, ids } = await review.asked(['1.0.0']);
    await review.act(ids['1.0.0'], 'reject', { rejection_reason: '=HYPERLINK("http://x")' });

    const answer = await log(`?image_id=${imageId}`, 'text/csv');

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/csv');
    expect(answer.headers.get('content-disposition')).toContain('attachment');
    const lines = answer.text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('"occurred_at","actor","action"');
    expect(lines[1]).toContain(`"'=HYPERLINK(""http://x"")"`);
  });

  it('exports more than a page', async () => {
    await app.dataSource.query(
      `INSERT INTO image_monitor.audit_log (actor, action, subject_type, subject_id)
       SELECT 'exporter', 'image.updated', 'image', n FROM generate_series(1, 2500) AS n`,
    );
    const answer = await log('?actor=exporter', 'text/csv');
    expect(new Set(answer.text.trimEnd().split('\r\n')).size).toBe(2_501);
  });

  it.each([
    ['subject_type=dog', 'subject_type'],
    ['image_id=0', 'image_id'],
    ['batch_id=x', 'batch_id'],
    ['since=yesterday', 'since'],
    ['until=2024', 'until'],
    ['limit=501', 'limit'],
    ['cursor=x', 'cursor'],
    ['colour=red', 'colour'],
  ])('refuses ?%s and names the field', async (query, field) => {
    const answer = await log(`?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].field).toBe(field);
  });

  it.each([
    `UPDATE image_monitor.audit_log SET actor = 'nobody'`,
    `UPDATE image_monitor.audit_log SET actor = 'nobody' WHERE false`,
    `DELETE FROM image_monitor.audit_log`,
    `TRUNCATE image_monitor.audit_log`,
  ])('refuses at the database: %s', async (sql) => {
    await expect(app.dataSource.query(sql)).rejects.toThrow('append-only');
  });

  it('has no route to write it', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      expect((await app.api(method, '/audit-log', {})).status).toBe(404);
    }
  });

  it('answers If-None-Match with 304 while nothing changed', async () => {
    const first = await log('?actor=exporter');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\//);
    const again = await app.api('GET', '/audit-log?actor=exporter', undefined, { 'if-none-match': etag });
    expect(again.status).toBe(304);
    expect(again.text).toBe('');
  });
});
