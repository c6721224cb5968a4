import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type ApiAnswer, type TestApp } from '../support/app.js';

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

let app: TestApp;
let nextName = 0;

beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => app.close());

const newName = (): string => `image-${nextName++}`;
const create = (body: unknown): Promise<ApiAnswer> => app.api('POST', '/images', body);
const put = (path: string, body: unknown): Promise<ApiAnswer> => app.api('PUT', path, body);

async function created(body: Record<string, unknown> = {}): Promise<{ id: number; image_name: string }> {
  const answer = await create({ image_name: newName(), ...body });
  expect(answer.status).toBe(201);
  return answer.body.image as { id: number; image_name: string };
}

async function auditOf(imageId: number): Promise<Record<string, unknown>[]> {
  return app.dataSource.query(
    `SELECT action, actor, subject_type, from_state, to_state, http_request_id FROM image_monitor.audit_log
      WHERE image_id = $1 ORDER BY id`,
    [imageId],
  );
}

async function nextCheckOf(id: number): Promise<Date> {
  const rows = await app.dataSource.query<{ next_check_at: Date }[]>(
    `SELECT next_check_at FROM images WHERE id = $1`,
    [id],
  );
  return rows[0]?.next_check_at ?? new Date(0);
}

describe('adding an image', () => {
  it('is pending and unwatched unless it is said otherwise, and is audited', async () => {
    const name = newName();

    const answer = await app.api('POST', '/images', { image_name: name }, { 'x-request-id': 'r-1' });

    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      message: 'Image created successfully',
      image: {
        image_name: name,
        registry: 'docker.io',
        namespace: 'library',
        is_official: true,
        approval_status: 'pending',
        watch_for_updates: false,
        last_checked_at: null,
        approved_by: null,
        tag_include: [],
        pending_count: 0,
        tags_observed: 0,
        approved_newest: null,
      },
    });
    expect(answer.body.image.next_check_at).toMatch(ISO);
    expect(answer.text).not.toContain('lease_token');
    expect(await auditOf(answer.body.image.id as number)).toMatchObject([
      { action: 'image.created', actor: 'local', subject_type: 'image', http_request_id: 'r-1' },
    ]);
  });

  it.each([
    ['library/alpine-one', 'alpine-one', 'library'],
    ['docker.io/alpine-two', 'alpine-two', 'library'],
    ['index.docker.io/grafana/loki', 'grafana/loki', 'grafana'],
    ['grafana/tempo', 'grafana/tempo', 'grafana'],
  ])('stores %s in the form %s', async (given, imageName, namespace) => {
    const answer = await create({ image_name: given });
    expect(answer.body.image).toMatchObject({
      image_name: imageName,
      namespace,
      is_official: namespace === 'library',
    });
  });

  it('that is approved is watched, approved by whoever added it, and due', async () => {
    const image = await created({ approval_status: 'approved', category: 'cache' });
    expect(image).toMatchObject({
      approval_status: 'approved',
      approved_by: 'local',
      watch_for_updates: true,
    });
    expect((await nextCheckOf(image.id)).getTime()).toBeLessThanOrEqual(Date.now());

    expect(await created({ approval_status: 'approved', watch_for_updates: false })).toMatchObject({
      watch_for_updates: false,
    });
  });

  it('takes settings and hands them back', async () => {
    const settings = {
      description: 'cache',
      category: 'databases',
      check_interval_minutes: 5,
      request_policy: 'all',
      baseline: true,
      tag_include: ['^7\\.'],
      tag_exclude: ['-rc'],
      auto_rollout: false,
    };
    const image = await created({ ...settings, platforms: ['linux/x86_64', 'linux/amd64', 'linux/arm/v7'] });
    expect(image).toMatchObject({ ...settings, platforms: ['linux/amd64', 'linux/arm/v7'] });
  });

  it.each([
    [{ image_name: 'Redis:' }, 'image_name'],
    [{ image_name: '../x' }, 'image_name'],
    [{ image_name: 'ghcr.io/x/y' }, 'image_name'],
    [{ image_name: 'redis:7' }, 'image_name'],
    [{ image_name: '' }, 'image_name'],
    [{ image_name: 7 }, 'image_name'],
    [{ image_name: null }, 'image_name'],
    [{}, 'image_name'],
    [{ image_name: 'bad', watch_for_updates: 'yes' }, 'watch_for_updates'],
    [{ image_name: 'bad', approval_status: 'fine' }, 'approval_status'],
    [{ image_name: 'bad', approval_status: null }, 'approval_status'],
    [{ image_name: 'bad', check_interval_minutes: 0 }, 'check_interval_minutes'],
    [{ image_name: 'bad', check_interval_minutes: 10_081 }, 'check_interval_minutes'],
    [{ image_name: 'bad', check_interval_minutes: 1.5 }, 'check_interval_minutes'],
    [{ image_name: 'bad', request_policy: 'some' }, 'request_policy'],
    [{ image_name: 'bad', tag_include: ['('] }, 'tag_include[0]'],
    [{ image_name: 'bad', tag_exclude: ['a', '(?=x)'] }, 'tag_exclude[1]'],
    [{ image_name: 'bad', tag_include: '^7' }, 'tag_include'],
    [{ image_name: 'bad', platforms: ['linux/amd64', 'linux/adm64'] }, 'platforms[1]'],
    [{ image_name: 'bad', category: '' }, 'category'],
    [{ image_name: 'bad', category: ' x' }, 'category'],
    [{ image_name: 'bad', lease_token: 'x' }, 'lease_token'],
    [{ image_name: 'bad', approved_by: 'me' }, 'approved_by'],
  ])('refuses %j naming %s', async (body, field) => {
    const answer = await create(body);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect((answer.body.errors as { field: string }[]).map((error) => error.field)).toContain(field);
  });

  it('refuses to watch one that is not approved', async () => {
    const answer = await create({ image_name: newName(), watch_for_updates: true });
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'image_not_approved', approval_status: 'pending' },
    });
    expect(answer.body.detail).toContain('Only approved images can be monitored');
  });

  it('that is there already, in whatever form, is a 409 with its id', async () => {
    const image = await created();
    const answer = await create({ image_name: `docker.io/library/${image.image_name}` });
    expect(answer).toMatchObject({ status: 409, body: { code: 'image_exists', image_id: image.id } });
  });

  it('twenty times at once adds it once', async () => {
    const name = newName();
    const answers = await Promise.all(Array.from({ length: 20 }, () => create({ image_name: name })));
    const statuses = answers.map((answer) => answer.status).sort();
    expect(statuses).toEqual([201, ...Array<number>(19).fill(409)]);
    const ids = answers.map(({ body }) => (body.image?.id ?? body.image_id) as number);
    expect(new Set(ids).size).toBe(1);
  });

  it('as approved answers the question that the gate had asked about it', async () => {
    const name = newName();
    const [question] = await app.dataSource.query<{ id: number }[]>(
      `INSERT INTO image_approval_requests (image_name, requested_by) VALUES ($1, 'gate') RETURNING id`,
      [name],
    );
    const image = await created({ image_name: name, approval_status: 'approved' });

    const answer = await app.api('GET', `/images/approval-requests/${question?.id}`);
    expect(answer.body.approval_request).toMatchObject({
      status: 'approved',
      image_id: image.id,
      reviewed_by: 'local',
    });
    expect((await auditOf(image.id)).map((entry) => entry.action)).toEqual([
      'image.created',
      'approval_request.approved',
    ]);
  });
});

describe('changing an image', () => {
  it('keeps what is left out and leaves no trace where nothing changes', async () => {
    const image = await created({ category: 'web', description: 'proxy' });

    const answer = await put(`/images/${image.id}`, { description: null, tag_exclude: ['-rc'] });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        message: 'Image updated successfully',
        image: { category: 'web', description: null, tag_exclude: ['-rc'], approval_status: 'pending' },
      },
    });
    expect((await put(`/images/${image.id}`, { tag_exclude: ['-rc'] })).status).toBe(200);
    expect((await put(`/images/${image.id}`, {})).status).toBe(200);

    expect(await auditOf(image.id)).toMatchObject([
      { action: 'image.created' },
      {
        action: 'image.updated',
        from_state: { description: 'proxy', tag_exclude: [] },
        to_state: { description: null, tag_exclude: ['-rc'] },
      },
    ]);
  });

  it('cannot change its name', async () => {
    const image = await created();
    const answer = await put(`/images/${image.id}`, { image_name: 'other' });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ field: 'image_name' }]);
    expect(answer.body.detail).toContain('cannot change');
  });

  it('approved is watched and due at once; rejected it is no longer watched', async () => {
    const image = await created();
    await app.dataSource.query(`UPDATE images SET next_check_at = now() + interval '1 day' WHERE id = $1`, [
      image.id,
    ]);

    const approved = await put(`/images/${image.id}`, { approval_status: 'approved' });
    expect(approved.body.image).toMatchObject({
      approval_status: 'approved',
      approved_by: 'local',
      watch_for_updates: true,
    });
    expect((await nextCheckOf(image.id)).getTime()).toBeLessThanOrEqual(Date.now());

    const rejected = await put(`/images/${image.id}`, { approval_status: 'rejected' });
    expect(rejected.body.image).toMatchObject({
      approval_status: 'rejected',
      approved_by: null,
      approved_at: null,
      watch_for_updates: false,
    });
    expect((await auditOf(image.id)).map((entry) => entry.action)).toEqual([
      'image.created',
      'image.approved',
      'image.rejected',
    ]);
  });

  it('answers the pending question about it, and only that', async () => {
    const image = await created();
    await app.dataSource.query(
      `INSERT INTO image_approval_requests (image_id, image_name, tag_name, requested_by)
       VALUES ($1, $2, NULL, 'gate'), ($1, $2, '1.0', 'image_monitor')`,
      [image.id, image.image_name],
    );
    await put(`/images/${image.id}`, { approval_status: 'rejected' });
    const requests = await app.dataSource.query<Record<string, unknown>[]>(
      `SELECT tag_name, status, rejection_reason, reviewed_by FROM image_approval_requests WHERE image_id = $1 ORDER BY id`,
      [image.id],
    );
    expect(requests).toMatchObject([
      {
        tag_name: null,
        status: 'rejected',
        rejection_reason: 'The image was rejected.',
        reviewed_by: 'local',
      },
      { tag_name: '1.0', status: 'pending' },
    ]);
  });

  it('to be watched takes an approved one', async () => {
    const image = await created();
    expect(await put(`/images/${image.id}`, { watch_for_updates: true })).toMatchObject({
      status: 409,
      body: { code: 'image_not_approved' },
    });
    expect(
      await put(`/images/${image.id}`, { watch_for_updates: true, approval_status: 'rejected' }),
    ).toMatchObject({
      status: 409,
    });
  });

  it('to a shorter interval brings the next check forward, to a longer one does not put it off', async () => {
    const image = await created({ approval_status: 'approved' });
    await app.dataSource.query(`UPDATE images SET next_check_at = now() + interval '1 hour' WHERE id = $1`, [
      image.id,
    ]);
    await put(`/images/${image.id}`, { check_interval_minutes: 10_080 });
    expect((await nextCheckOf(image.id)).getTime() - Date.now()).toBeLessThan(3_600_000);
    await put(`/images/${image.id}`, { check_interval_minutes: 5 });
    expect((await nextCheckOf(image.id)).getTime() - Date.now()).toBeLessThan(301_000);
  });
});

describe('switching monitoring', () => {
  it('answers field by field as the user wrote it, and makes the image due', async () => {
    const image = await created({ approval_status: 'approved', watch_for_updates: false });
    await app.dataSource.query(`UPDATE images SET next_check_at = now() + interval '1 day' WHERE id = $1`, [
      image.id,
    ]);

    const on = await put(`/images/${image.id}/monitoring`, { watch_for_updates: true });
    expect(on.status).toBe(200);
    expect(on.body).toEqual({
      message: 'Monitoring enabled successfully',
      image: {
        id: image.id,
        image_name: image.image_name,
        watch_for_updates: true,
        last_checked_at: null,
        next_check_at: expect.stringMatching(ISO),
      },
    });
    expect(Date.parse(on.body.image.next_check_at as string)).toBeLessThanOrEqual(Date.now());

    const off = await put(`/images/${image.id}/monitoring`, { watch_for_updates: false });
    expect(off.body).toMatchObject({
      message: 'Monitoring disabled successfully',
      image: { watch_for_updates: false },
    });
    expect((await auditOf(image.id)).map((entry) => entry.action)).toEqual([
      'image.created',
      'image.monitoring_enabled',
      'image.monitoring_disabled',
    ]);
  });

  it('on when it is on changes nothing', async () => {
    const image = await created({ approval_status: 'approved' });
    await app.dataSource.query(`UPDATE images SET next_check_at = now() + interval '1 day' WHERE id = $1`, [
      image.id,
    ]);
    const before = await nextCheckOf(image.id);
    expect((await put(`/images/${image.id}/monitoring`, { watch_for_updates: true })).status).toBe(200);
    expect(await nextCheckOf(image.id)).toEqual(before);
    expect(await auditOf(image.id)).toHaveLength(1);
  });

  it('on takes an approved image; off is always allowed', async () => {
    const image = await created();
    expect(await put(`/images/${image.id}/monitoring`, { watch_for_updates: true })).toMatchObject({
      status: 409,
      body: { code: 'image_not_approved' },
    });
    expect((await put(`/images/${image.id}/monitoring`, { watch_for_updates: false })).status).toBe(200);
  });

  it.each([[{ watch_for_updates: 'yes' }], [{ watch_for_updates: 1 }], [{ watch_for_updates: null }], [{}]])(
    'refuses %j',
    async (body) => {
      const answer = await put('/images/1/monitoring', body);
      expect(answer.status).toBe(400);
      expect(answer.body.errors).toMatchObject([{ field: 'watch_for_updates' }]);
    },
  );
});

describe('deleting an image', () => {
  it('without a history just does it, and its audit rows stay', async () => {
    const image = await created();
    expect(await app.api('DELETE', `/images/${image.id}`)).toMatchObject({
      status: 200,
      body: { message: 'Image deleted successfully' },
    });
    expect((await app.api('GET', `/images/${image.id}`)).status).toBe(404);
    expect((await app.api('DELETE', `/images/${image.id}`)).status).toBe(404);
    expect((await auditOf(image.id)).map((entry) => entry.action)).toEqual([
      'image.created',
      'image.deleted',
    ]);
  });

  it('with a history has to be insisted on, and takes it along', async () => {
    const image = await created({ approval_status: 'approved' });
    app.hub.push(image.image_name, '1.0.0');
    await app.api('POST', `/images/${image.id}/check`);

    const refused = await app.api('DELETE', `/images/${image.id}`);
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'image_has_history',
        history: { observed_tags: 1, approved_tags: 0, approval_requests: 1, checks: 1 },
      },
    });
    expect((await app.api('DELETE', `/images/${image.id}?force=maybe`)).status).toBe(400);
    expect((await app.api('DELETE', `/images/${image.id}?force=true`)).status).toBe(200);
    const [left] = await app.dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM image_monitor.observed_tags WHERE image_id = $1`,
      [image.id],
    );
    expect(left?.count).toBe(0);
  });
});

describe('deleting an image that is being checked', () => {
  it('leaves nothing behind, and no answer of 5xx', async () => {
    for (let round = 0; round < 10; round++) {
      const image = await created({ approval_status: 'approved' });
      for (let tag = 0; tag < 20; tag++) app.hub.push(image.image_name, `1.0.${tag}`);
      const answers = await Promise.all([
        app.api('POST', `/images/${image.id}/check`, undefined, { prefer: 'respond-async' }),
        put(`/images/${image.id}`, { category: 'gone' }),
        app.api('DELETE', `/images/${image.id}?force=true`),
      ]);
      expect(answers.filter((answer) => answer.status >= 500)).toEqual([]);
      expect(answers[2]?.status).toBe(200);
    }
    const [left] = await app.dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM image_monitor.observed_tags o LEFT JOIN images i ON i.id = o.image_id
        WHERE i.id IS NULL`,
    );
    expect(left?.count).toBe(0);
  });
});

describe('ids and paths', () => {
  it.each([
    ['0', 400],
    ['abc', 400],
    ['-1', 400],
    ['1.5', 400],
    ['99999999999', 404],
    ['2147483647', 404],
  ])('an id of %s is a %d on every route', async (id, status) => {
    const answers = await Promise.all([
      app.api('GET', `/images/${id}`),
      put(`/images/${id}`, {}),
      app.api('DELETE', `/images/${id}`),
      put(`/images/${id}/monitoring`, { watch_for_updates: false }),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([status, status, status, status]);
    for (const answer of answers)
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('a fixed path is not taken for an id', async () => {
    for (const path of ['/images/categories', '/images/approval-requests', '/images/monitor/status']) {
      expect((await app.api('GET', path)).status).toBe(200);
    }
  });
});

describe('the list of images', () => {
  let own: TestApp;
  beforeAll(async () => {
    own = await startApp();
    for (let i = 0; i < 25; i++) {
      await own.addImage(`org-${i % 3}/image_${String(i).padStart(2, '0')}`, {
        category: i % 5 === 0 ? null : `group ${i % 2}`,
        approval_status: i % 4 === 0 ? 'pending' : 'approved',
        watch_for_updates: i % 4 !== 0 && i % 2 === 0,
      });
    }
  });
  afterAll(async () => own.close());

  const namesOf = ({ body }: ApiAnswer): string[] =>
    (body.images as { image_name: string }[]).map((image) => image.image_name);

  it.each(['name', 'id', 'newest', 'last_check', 'next_check'])(
    'sorted by %s shows each once, whatever the size of a page',
    async (sort) => {
      const whole = await own.api('GET', `/images?sort=${sort}&limit=500`);
      expect(whole.body).toMatchObject({ total: 25, next_cursor: null });
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: ApiAnswer = await own.api(
          'GET',
          `/images?sort=${sort}&limit=4${cursor === '' ? '' : `&cursor=${cursor}`}`,
        );
        expect(page.body.total).toBe(25);
        seen.push(...namesOf(page));
        cursor = page.body.next_cursor as string | null;
      }
      expect(seen).toEqual(namesOf(whole));
      expect(new Set(seen).size).toBe(25);
    },
  );

  it('sorts by when they were added, were checked, and come next', async () => {
    const ids = async (sort: string): Promise<number[]> =>
      ((await own.api('GET', `/images?sort=${sort}&limit=500`)).body.images as { id: number }[]).map(
        (image) => image.id,
      );
    const ordered = async (by: string): Promise<number[]> =>
      (await own.dataSource.query<{ id: number }[]>(`SELECT id FROM images ORDER BY ${by}`)).map(
        (row) => row.id,
      );
    await own.dataSource.query(
      `UPDATE images SET last_checked_at = CASE WHEN id % 3 > 0 THEN now() - (id % 4) * interval '1 hour' END,
              next_check_at = now() + (id * 7 % 5) * interval '1 minute'`,
    );
    expect(await ids('newest')).toEqual(await ordered('id DESC'));
    expect(await ids('last_check')).toEqual(await ordered('last_checked_at DESC NULLS LAST, id DESC'));
    expect(await ids('next_check')).toEqual(await ordered('watch_for_updates DESC, next_check_at, id'));
  });

  it('filters by whether and why the last check failed', async () => {
    await own.dataSource.query(`UPDATE images SET last_error = 'gone' WHERE id IN (3, 4, 5)`);
    await own.dataSource.query(
      `INSERT INTO image_monitor.checks (image_id, reason, outcome, started_at, finished_at, error_kind)
       VALUES (3, 'due', 'failed', now(), now(), 'unavailable'), (3, 'due', 'failed', now(), now(), 'not_found'),
              (4, 'due', 'failed', now(), now(), 'unavailable')`,
    );
    const found = async (filter: string): Promise<number[]> =>
      ((await own.api('GET', `/images?sort=id&${filter}`)).body.images as { id: number }[]).map(
        (image) => image.id,
      );
    expect(await found('failing=true')).toEqual([3, 4, 5]);
    expect((await own.api('GET', '/images?failing=false')).body.total).toBe(22);
    expect(await found('error_kind=not_found')).toEqual([3]);
    expect(await found('error_kind=unavailable')).toEqual([4]);
    expect(await found('error_kind=unknown')).toEqual([5]);
  });

  it('filters by state, watching, category and a part of the name', async () => {
    expect((await own.api('GET', '/images?status=pending')).body.total).toBe(7);
    expect((await own.api('GET', '/images?status=pending&status=approved')).body.total).toBe(25);
    expect((await own.api('GET', '/images?watch_for_updates=true')).body.total).toBe(6);
    expect((await own.api('GET', '/images?category=group%201')).body.total).toBe(10);
    expect((await own.api('GET', '/images?category=')).body.total).toBe(5);
    expect(namesOf(await own.api('GET', '/images?search=E_07'))).toEqual(['org-1/image_07']);
    // The underscore of a name is an underscore.
    expect((await own.api('GET', '/images?search=e_0_')).body).toMatchObject({ total: 0, images: [] });
    expect((await own.api('GET', '/images?status=pending&search=org-1')).body.total).toBe(2);
  });

  it('groups them by category, those without one last', async () => {
    const { body } = await own.api('GET', '/images/categories');
    expect(body.categories).toEqual([
      { category: 'group 0', images: 10, watched: expect.any(Number) },
      { category: 'group 1', images: 10, watched: 0 },
      { category: null, images: 5, watched: expect.any(Number) },
    ]);
  });

  it('tells beside each image what waits for it and what was approved last', async () => {
    const id = await own.addImage('busy', { request_policy: 'all' });
    own.hub.push('busy', '1.0.0', { at: Date.now() - 60_000 });
    own.hub.push('busy', '2.0.0', { at: Date.now() - 30_000 });
    await own.api('POST', `/images/${id}/check`);
    const [request] = (await own.api('GET', `/images/approval-requests?image_id=${id}&tag=2.0.0`)).body
      .approval_requests as { id: number }[];
    await own.api('POST', `/images/approval-requests/${request?.id}/approve`, {});

    const { body } = await own.api('GET', '/images?search=busy');
    expect(body.images).toMatchObject([
      {
        id,
        pending_count: 1,
        tags_observed: 2,
        last_error: null,
        last_checked_at: expect.stringMatching(ISO),
        approved_newest: {
          tag: '2.0.0',
          digest: own.hub.digest('busy', '2.0.0'),
          approved_at: expect.stringMatching(ISO),
        },
      },
    ]);
    const one = await own.api('GET', `/images/${id}`);
    expect(one.body.image).toMatchObject({
      id,
      tags_total: 1,
      tags: [
        {
          tag: '2.0.0',
          status: 'approved',
          digest: own.hub.digest('busy', '2.0.0'),
          architectures: ['amd64', 'arm64'],
          approved_by: 'local',
          approval_request_id: request?.id,
          is_recommended: false,
          is_deprecated: false,
        },
      ],
    });
  });

  it.each([
    ['sort=price', 'sort'],
    ['status=fine', 'status'],
    ['watch_for_updates=yes', 'watch_for_updates'],
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['cursor=nonsense', 'cursor'],
    ['search=', 'search'],
    ['colour=red', 'colour'],
  ])('refuses ?%s', async (query, field) => {
    const answer = await own.api('GET', `/images?${query}`);
    expect(answer.status).toBe(400);
    expect((answer.body.errors as { field: string }[])[0]?.field).toMatch(new RegExp(`^${field}`));
  });

  it('refuses the cursor of another sorting', async () => {
    const { body } = await own.api('GET', '/images?sort=id&limit=1');
    expect((await own.api('GET', `/images?sort=name&cursor=${body.next_cursor}`)).status).toBe(400);
  });
});
