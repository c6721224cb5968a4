import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type ApiAnswer, type TestApp } from '../support/app.js';
import { digestOf } from '../support/docker-hub/world.js';

let app: TestApp;
let nextName = 0;

beforeAll(async () => {
  app = await startApp({ settings: { requestPolicy: 'all' } });
});
afterAll(async () => app.close());

interface Asked {
  imageId: number;
  name: string;
  /** Request ids by tag. */
  ids: Record<string, number>;
}

/** An image whose tags have each a pending request. */
async function asked(tags: Record<string, string | undefined>): Promise<Asked> {
  const name = `decided-${nextName++}`;
  const imageId = await app.addImage(name);
  let at = Date.now() - 3_600_000;
  for (const [tag, content] of Object.entries(tags)) {
    app.hub.push(name, tag, {
      at: (at += 1_000),
      digest: content === undefined ? undefined : digestOf(name + content),
    });
  }
  await app.api('POST', `/images/${imageId}/check`);
  const list = await app.api('GET', `/images/approval-requests?image_id=${imageId}&limit=500`);
  const requests = list.body.approval_requests as { id: number; tag_name: string }[];
  return {
    imageId,
    name,
    ids: Object.fromEntries(requests.map((request) => [request.tag_name, request.id])),
  };
}

const approve = (id: number | undefined, body: unknown = {}): Promise<ApiAnswer> =>
  app.api('POST', `/images/approval-requests/${id}/approve`, body);
const reject = (id: number | undefined, body: unknown = { rejection_reason: 'no' }): Promise<ApiAnswer> =>
  app.api('POST', `/images/approval-requests/${id}/reject`, body);
const read = (id: number | undefined): Promise<ApiAnswer> =>
  app.api('GET', `/images/approval-requests/${id}`);

async function statusOf(id: number | undefined): Promise<string> {
  return (await read(id)).body.approval_request.status as string;
}

async function tagsOf(imageId: number): Promise<{ tag: string; digest: string; status: string }[]> {
  return app.dataSource.query(`SELECT tag, digest, status FROM image_tags WHERE image_id = $1 ORDER BY tag`, [
    imageId,
  ]);
}

async function auditOf(
  requestId: number | undefined,
): Promise<{ action: string; actor: string; reason: string | null }[]> {
  return app.dataSource.query(
    `SELECT action, actor, reason FROM image_monitor.audit_log
      WHERE subject_type = 'approval_request' AND subject_id = $1 ORDER BY id`,
    [requestId],
  );
}

describe('approving', () => {
  it('puts the tag into image_tags with the digest of the request, and says who did it', async () => {
    const { imageId, name, ids } = await asked({ '1.0.0': undefined });

    const answer = await approve(ids['1.0.0'], {
      notes: 'looks good',
      expected_digest: app.hub.digest(name, '1.0.0'),
    });

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      message: 'Approval request approved successfully',
      approval_request: { status: 'approved', reviewed_by: 'local', notes: 'looks good' },
    });
    expect(await tagsOf(imageId)).toEqual([
      { tag: '1.0.0', digest: app.hub.digest(name, '1.0.0'), status: 'approved' },
    ]);
    const rows = await app.dataSource.query<Record<string, unknown>[]>(
      `SELECT architectures, platforms, approved_by, approval_request_id, size_bytes FROM image_tags WHERE image_id = $1`,
      [imageId],
    );
    expect(rows[0]).toMatchObject({
      architectures: ['amd64', 'arm64'],
      approved_by: 'local',
      approval_request_id: ids['1.0.0'],
    });
    expect(await auditOf(ids['1.0.0'])).toMatchObject([
      { action: 'approval_request.opened', actor: 'image_monitor' },
      { action: 'approval_request.approved', actor: 'local', reason: 'looks good' },
    ]);
  });

  it('of another digest than the one that was looked at is a 409 with the request as it is now', async () => {
    const { ids } = await asked({ '1.0.0': undefined });

    const answer = await approve(ids['1.0.0'], { expected_digest: digestOf('something else') });

    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({
      code: 'digest_changed',
      current: { id: ids['1.0.0'], status: 'pending' },
    });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('supersedes pending requests for lower patches of the same variant only, unless told not to', async () => {
    const { ids } = await asked({
      '7.4.1-alpine': undefined,
      '7.4.1': undefined,
      '7.2.9-alpine': undefined,
      '7.4.3-alpine': undefined,
      '7.4.2-alpine': undefined,
    });

    const answer = await approve(ids['7.4.2-alpine']);

    expect(answer.body.superseded).toEqual([ids['7.4.1-alpine']]);
    expect(await statusOf(ids['7.4.1-alpine'])).toBe('superseded');
    for (const tag of ['7.4.1', '7.2.9-alpine', '7.4.3-alpine'])
      expect(await statusOf(ids[tag])).toBe('pending');

    const kept = await asked({ '1.0.1': undefined, '1.0.2': undefined });
    await approve(kept.ids['1.0.2'], { supersede: false });
    expect(await statusOf(kept.ids['1.0.1'])).toBe('pending');
  });

  it('with its aliases approves every observed name of the digest and closes their requests', async () => {
    const { imageId, ids } = await asked({
      '7.5.1': 'build',
      '7.5': 'build',
      latest: 'build',
      '7.4.9': undefined,
    });

    const answer = await approve(ids['7.5.1'], { include_aliases: true });

    expect(answer.body.aliases.sort()).toEqual(['7.5', 'latest']);
    expect((await tagsOf(imageId)).map((tag) => tag.tag)).toEqual(['7.5', '7.5.1', 'latest']);
    expect(await statusOf(ids['latest'])).toBe('approved');
    expect(await statusOf(ids['7.4.9'])).toBe('pending');
  });

  it('compares the requests that still wait with what is approved by now', async () => {
    const { ids } = await asked({ '7.4.1': undefined, '7.5.0': undefined, '8.0.0': undefined });
    await approve(ids['7.4.1']);

    expect((await read(ids['7.5.0'])).body.approval_request).toMatchObject({
      bump: 'minor',
      line: '7',
      approved: { tag: '7.4.1' },
      metadata: { compared_with: { tag: '7.4.1', bump: 'minor' } },
    });
    expect((await read(ids['8.0.0'])).body.approval_request).toMatchObject({ bump: 'major', line: '7' });
  });
});

describe('rejecting', () => {
  it('keeps the reason', async () => {
    const { imageId, ids } = await asked({ '1.0.0': undefined });
    const answer = await reject(ids['1.0.0'], { rejection_reason: 'memory leak' });
    expect(answer.body.approval_request).toMatchObject({
      status: 'rejected',
      rejection_reason: 'memory leak',
    });
    expect(await tagsOf(imageId)).toEqual([]);
  });

  it.each([
    {},
    { rejection_reason: '' },
    { rejection_reason: '  ' },
    { rejection_reason: '\u200b\u2060' },
    { rejection_reason: 7 },
    { rejection_reason: 'x'.repeat(2001) },
  ])('needs a reason of 1 to 2,000 characters: %j is a 400 that names the field', async (body) => {
    const { ids } = await asked({ '1.0.0': undefined });
    const answer = await reject(ids['1.0.0'], body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].field).toBe('rejection_reason');
    expect(await statusOf(ids['1.0.0'])).toBe('pending');
  });
});

describe('deciding twice', () => {
  it('is a 409 that says what was decided', async () => {
    const { ids } = await asked({ '1.0.0': undefined });
    await approve(ids['1.0.0']);
    const again = await reject(ids['1.0.0']);
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({
      code: 'already_decided',
      current: { status: 'approved', reviewed_by: 'local' },
    });
  });

  it('at once lets exactly one win', async () => {
    const { ids } = await asked(
      Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`1.${i}.0`, undefined])),
    );
    for (const id of Object.values(ids)) {
      const answers = await Promise.all([approve(id), reject(id), approve(id), reject(id)]);
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409, 409]);
      expect(await auditOf(id)).toHaveLength(2);
    }
  });

  it('of an unknown request is a 404, of no id a 400', async () => {
    expect((await approve(2_000_000_000)).status).toBe(404);
    for (const id of ['0', 'abc', '-1', '1.5']) {
      const answer = await app.api('POST', `/images/approval-requests/${id}/approve`, {});
      expect(answer.status).toBe(400);
    }
    expect((await app.api('GET', '/images/approval-requests/99999999999')).status).toBe(404);
  });
});

describe('deciding many', () => {
  const bulk = (body: unknown): Promise<ApiAnswer> => app.api('POST', '/images/approval-requests/bulk', body);

  it('decides those that can be, and the others say why not', async () => {
    const { ids } = await asked({ '1.0.0': undefined, '2.0.0': undefined, '3.0.0': undefined });
    await reject(ids['2.0.0']);

    const answer = await bulk({
      action: 'approve',
      ids: [
        { id: ids['1.0.0'] },
        { id: ids['2.0.0'] },
        { id: ids['3.0.0'], expected_digest: digestOf('other') },
        { id: 2_000_000_000 },
      ],
    });

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      batch_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      counts: { approved: 1, refused: 3 },
      remaining: 0,
      results: [
        { id: ids['1.0.0'], outcome: 'approved' },
        { id: ids['2.0.0'], outcome: 'refused', code: 'already_decided' },
        { id: ids['3.0.0'], outcome: 'refused', code: 'digest_changed' },
        { id: 2_000_000_000, outcome: 'refused', code: 'not_found' },
      ],
    });
    expect((await read(ids['1.0.0'])).body.approval_request.batch_id).toBe(answer.body.batch_id);
  });

  it('says with dry_run what would happen, and does nothing', async () => {
    const { ids } = await asked({ '1.0.0': undefined });
    const order = { action: 'reject', ids: [{ id: ids['1.0.0'] }], rejection_reason: 'no' };

    const preview = await bulk({ ...order, dry_run: true });

    expect(preview.body).toMatchObject({ total: 1, counts: { rejected: 1 }, cursor: null });
    expect(await statusOf(ids['1.0.0'])).toBe('pending');

    await approve(ids['1.0.0']);
    const late = await bulk({ ...order, preview_token: preview.body.preview_token });
    expect(late.status).toBe(409);
    expect(late.body).toMatchObject({ code: 'preview_changed', counts: { refused: 1 } });
  });

  it('carries out just what the preview said', async () => {
    const { ids } = await asked({ '1.0.0': undefined, '1.0.1': undefined });
    const order = { action: 'approve', ids: [{ id: ids['1.0.1'] }] };
    const preview = await bulk({ ...order, dry_run: true });
    const done = await bulk({ ...order, preview_token: preview.body.preview_token });
    expect(done.status).toBe(200);
    expect(await statusOf(ids['1.0.0'])).toBe('superseded');
  });

  it('decides a request that is named twice once', async () => {
    const { ids } = await asked({ '1.0.0': undefined });
    const answer = await bulk({ action: 'approve', ids: [{ id: ids['1.0.0'] }, { id: ids['1.0.0'] }] });
    expect(answer.body).toMatchObject({ total: 1, counts: { approved: 1 } });
  });

  it.each([
    [{ action: 'approve', ids: [] }, 'ids'],
    [{ action: 'destroy', ids: [{ id: 1 }] }, 'action'],
    [{ action: 'approve', ids: [{ id: 'x' }] }, 'ids[0].id'],
    [{ action: 'approve', ids: [{ id: 1, note: 'x' }] }, 'ids[0].note'],
    [{ action: 'reject', ids: [{ id: 1 }] }, 'rejection_reason'],
    [{ action: 'approve', ids: Array.from({ length: 1_001 }, (_, i) => ({ id: i + 1 })) }, 'ids'],
  ])('refuses a bad order and names the field', async (body, field) => {
    const answer = await bulk(body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].field).toBe(field);
  });

  it('does not deadlock with checks and single decisions of the same images', async () => {
    const many = await Promise.all(
      Array.from({ length: 5 }, () =>
        asked(Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`1.0.${i}`, undefined]))),
      ),
    );
    const all = many.flatMap((one) => Object.values(one.ids)).map((id) => ({ id }));
    for (const one of many) for (let i = 0; i < 12; i++) app.hub.push(one.name, `1.0.${i}`);

    const answers = await Promise.all([
      bulk({ action: 'approve', ids: all }),
      bulk({ action: 'reject', ids: [...all].reverse(), rejection_reason: 'no' }),
      ...many.map((one) => app.api('POST', `/images/${one.imageId}/check`)),
      ...all.slice(0, 10).map(({ id }) => approve(id)),
    ]);

    for (const answer of answers) expect([200, 202, 409]).toContain(answer.status);
    const doubled = await app.dataSource.query<unknown[]>(
      `SELECT image_id, tag_name FROM image_approval_requests WHERE status = 'pending' GROUP BY 1, 2 HAVING count(*) > 1`,
    );
    expect(doubled).toEqual([]);
    const unaudited = await app.dataSource.query<unknown[]>(
      `SELECT r.id FROM image_approval_requests r WHERE r.status IN ('approved', 'rejected') AND NOT EXISTS (
         SELECT FROM image_monitor.audit_log a WHERE a.subject_type = 'approval_request' AND a.subject_id = r.id
            AND a.action = 'approval_request.' || r.status)`,
    );
    expect(unaudited).toEqual([]);
  });
});

describe('the list of requests', () => {
  it('filters as the user does, counts, and pages without gaps or doubles', async () => {
    const { imageId, ids } = await asked(
      Object.fromEntries(Array.from({ length: 23 }, (_, i) => [`2.${i}.0`, undefined])),
    );
    await reject(ids['2.0.0']);

    const seen: number[] = [];
    let cursor = '';
    for (let page = 0; page < 10; page++) {
      const answer = await app.api(
        'GET',
        `/images/approval-requests?status=pending&image_id=${imageId}&limit=5${cursor && `&cursor=${cursor}`}`,
      );
      expect(answer.body.total).toBe(22);
      expect(answer.body.approval_requests[0]).not.toHaveProperty('counted');
      seen.push(...answer.body.approval_requests.map((request: { id: number }) => request.id));
      cursor = answer.body.next_cursor ?? '';
      if (cursor === '') break;
    }

    expect(seen).toHaveLength(22);
    expect(new Set(seen).size).toBe(22);
    expect(seen).not.toContain(ids['2.0.0']);
  });

  it.each([
    ['status=open', 'status'],
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['cursor=nonsense', 'cursor'],
    ['image_id=abc', 'image_id'],
    ['since=yesterday', 'since'],
    ['since=2024-W05-2', 'since'],
    ['older_than=2024-02-30T00:00Z', 'older_than'],
    ['newer_than=0d', 'newer_than'],
    ['colour=red', 'colour'],
    ['sort=name;drop', 'sort'],
    ['q=a+b+c+d+e+f+g+h+i', 'q'],
  ])('refuses ?%s and names the field', async (query, field) => {
    const answer = await app.api('GET', `/images/approval-requests?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].field).toBe(field);
  });

  it('says which of several states is none', async () => {
    const answer = await app.api('GET', '/images/approval-requests?status=pending&status=PENDING');
    expect(answer.body.errors[0].message).toMatch(/, got "pending", "PENDING"$/);
  });

  it('answers an empty list for what nobody asked about', async () => {
    const answer = await app.api('GET', '/images/approval-requests?image_name=nobody/nothing');
    expect(answer.body).toEqual({ approval_requests: [], total: 0, next_cursor: null });
  });
});
