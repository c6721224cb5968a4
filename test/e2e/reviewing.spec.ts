import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { reviewOf, type Asked, type Review } from '../support/review.js';

let app: TestApp;
let review: Review;
let redis: Asked;
let other: Asked;

beforeAll(async () => {
  app = await startApp({ settings: { requestPolicy: 'all' } });
  review = reviewOf(app);
  redis = await review.asked(['7.4.1-alpine', '7.4.1'], 'database');
  await review.act(redis.ids['7.4.1-alpine'], 'approve');
  app.hub.push(redis.name, '7.4.2-alpine');
  app.hub.push(redis.name, '7.4.3-alpine', { digest: undefined });
  app.hub.push(redis.name, '8.0.0-alpine');
  app.hub.push(redis.name, '7.4.1-alpine');
  await app.api('POST', `/images/${redis.imageId}/check`);
  other = await review.asked({ '1.2.3': 'build', '1.2': 'build', latest: 'build' }, 'web');
});
afterAll(async () => app.close());

interface Row {
  id: number;
  tag_name: string;
  [field: string]: unknown;
}

async function rows(query: string): Promise<Row[]> {
  const answer = await review.list(query);
  expect(answer.status).toBe(200);
  return answer.body.approval_requests as Row[];
}
const tagsOf = async (query: string): Promise<string[]> => (await rows(query)).map((row) => row.tag_name);

describe('a row of the inbox', () => {
  it('holds what a reviewer decides by, without the document', async () => {
    const [row] = await rows(`?image_id=${redis.imageId}&tag=7.4.3-alpine&view=row`);
    expect(row).toMatchObject({
      line: '7-alpine',
      variant: '-alpine',
      bump: 'patch',
      aliases: [],
      same_digest_count: 1,
      older_in_line: 1,
      digest: app.hub.digest(redis.name, '7.4.3-alpine'),
      size_bytes: expect.any(Number),
      size_change_bytes: expect.any(Number),
      size_change_percent: expect.any(Number),
      platform_count: 2,
      platforms_missing: [],
      pushed_at: expect.any(String),
      url: expect.stringContaining('https://hub.docker.com/'),
      why: { code: 'new_in_line', params: { line: '7-alpine', bump: 'patch', approved_tag: '7.4.1-alpine' } },
      approved: { tag: '7.4.1-alpine', approved_by: 'local', platforms: expect.any(Array) },
      digest_history: [],
    });
    expect(row).not.toHaveProperty('metadata');
    expect(row).not.toHaveProperty('counted');
  });

  it('says which others share its content', async () => {
    const [row] = await rows(`?image_id=${other.imageId}&tag=1.2.3&view=row`);
    expect(row).toMatchObject({
      aliases: ['1.2', 'latest'],
      same_digest_count: 3,
      why: { code: 'nothing_approved' },
      approved: null,
    });
  });

  it('is one round trip with all the others', async () => {
    for (const sort of ['newest', 'oldest', 'group', 'growth']) {
      const statements = await app.statementsOf(() => review.list(`?status=pending&sort=${sort}&view=row`));
      expect(statements).toHaveLength(1);
    }
  });
});

describe('the list', () => {
  const pending = ['7.4.1', '7.4.1-alpine', '7.4.2-alpine', '7.4.3-alpine', '8.0.0-alpine'];

  it.each([
    ['q=alpine', ['7.4.1-alpine', '7.4.2-alpine', '7.4.3-alpine', '8.0.0-alpine']],
    ['q=ALPINE%207.4.3', ['7.4.3-alpine']],
    ['q=_', []],
    ['bump=major', ['8.0.0-alpine']],
    ['bump=major&bump=repush', ['7.4.1-alpine', '8.0.0-alpine']],
    ['bump=patch&bump=patch', ['7.4.2-alpine', '7.4.3-alpine']],
    ['line=7-alpine', ['7.4.1-alpine', '7.4.2-alpine', '7.4.3-alpine', '8.0.0-alpine']],
    ['variant=', ['7.4.1']],
    ['variant=-alpine&bump=major', ['8.0.0-alpine']],
    ['category=database', pending],
    ['category=web', []],
    ['category=', []],
    ['older_than=1d', []],
    ['newer_than=1h', pending],
    ['older_than=2999-01-01T00:00:00Z', pending],
    ['missing_platform=linux/s390x', []],
    ['size_change_min=1000000000000', []],
    ['decided_by=local', []],
  ])('filters by %s', async (filter, expected) => {
    expect((await tagsOf(`?status=pending&image_id=${redis.imageId}&${filter}`)).sort()).toEqual(expected);
  });

  it('filters by digest, by who decided, and by several states', async () => {
    expect(await tagsOf(`?digest=${app.hub.digest(other.name, 'latest')}`)).toHaveLength(3);
    expect(
      await tagsOf(`?status=approved&status=rejected&decided_by=local&image_id=${redis.imageId}`),
    ).toEqual(['7.4.1-alpine']);
    expect(await tagsOf(`?image_id=${redis.imageId}`)).toHaveLength(6);
  });

  it('gives the requests of several groups in one answer, page by page', async () => {
    const { groups } = (await review.list('/groups?by=line&status=pending')).body as {
      groups: { key: string; total: number }[];
    };
    const chosen = groups.slice(0, 2);
    const query = `?status=pending&sort=group${chosen.map(({ key }) => `&groups=${encodeURIComponent(key)}`).join('')}`;
    const apart: number[] = [];
    for (const { key } of chosen)
      for (const { id } of await rows(`?status=pending&group=${encodeURIComponent(key)}`)) apart.push(id);
    const whole = await review.list(query);
    const ids = (whole.body.approval_requests as Row[]).map((row) => row.id);
    expect([...ids].sort()).toEqual(apart.sort());
    expect(whole.body.total).toBe(chosen[0]!.total + chosen[1]!.total);

    const first = await review.list(`${query}&limit=1`);
    const rest = await review.list(`${query}&cursor=${first.body.next_cursor}`);
    expect(
      [first, rest].flatMap(({ body }) => (body.approval_requests as Row[]).map((row) => row.id)),
    ).toEqual(ids);
  });

  it.each(['newest', 'oldest', 'group', 'growth'])('pages by %s without gaps or doubles', async (sort) => {
    const whole = (await rows(`?sort=${sort}&limit=500`)).map((row) => row.id);
    expect(new Set(whole).size).toBe(9);
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await review.list(`?sort=${sort}&limit=2${cursor && `&cursor=${cursor}`}`);
      expect(body.total).toBe(9);
      seen.push(...body.approval_requests.map((row: Row) => row.id));
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(whole);
  });

  it('keeps lines together, with the re-push first and then the highest version', async () => {
    expect(await tagsOf(`?status=pending&image_id=${redis.imageId}&sort=group`)).toEqual([
      '7.4.1-alpine',
      '8.0.0-alpine',
      '7.4.3-alpine',
      '7.4.2-alpine',
      '7.4.1',
    ]);
  });

  it.each([
    ['bump=huge', 'bump'],
    ['older_than=soon', 'older_than'],
    ['group=line:x:7', 'group'],
    ['group=nonsense', 'group'],
    ['groups=line:1:7&groups=nonsense', 'groups[1]'],
    ['size_change_min=much', 'size_change_min'],
    ['view=all', 'view'],
    ['sort=name', 'sort'],
    ['sort=group&cursor=x', 'cursor'],
  ])('refuses ?%s and names the field', async (query, field) => {
    const answer = await review.list(`?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].field).toBe(field);
  });

  it('refuses the cursor of another sorting', async () => {
    const { body } = await review.list('?limit=1');
    expect((await review.list(`?limit=1&sort=oldest&cursor=${body.next_cursor}`)).status).toBe(400);
  });

  it('answers 304 to whoever has it already, and 200 as soon as something changed', async () => {
    const query = `/images/approval-requests?image_id=${other.imageId}&view=row`;
    const etag = (await app.api('GET', query)).headers.get('etag') ?? '';
    const again = await app.api('GET', query, undefined, { 'if-none-match': `"other", ${etag}` });
    expect([again.status, again.text]).toEqual([304, '']);
    await review.act(other.ids['latest'], 'reject');
    expect((await app.api('GET', query, undefined, { 'if-none-match': etag })).status).toBe(200);
    await review.act(other.ids['latest'], 'reopen');
  });
});

describe('a long list', () => {
  const ask = async (encodings: string) => {
    const answer = await fetch(`${app.url}/api/v1/images/approval-requests?status=pending`, {
      headers: { 'accept-encoding': encodings },
    });
    const [encoding, vary] = ['content-encoding', 'vary'].map((name) => answer.headers.get(name));
    return { encoding, vary, etag: answer.headers.get('etag'), text: await answer.text() };
  };

  it('comes packed to whom takes it, and is the same', async () => {
    const [packed, plain, refused] = [
      await ask('br, gzip'),
      await ask('identity'),
      await ask('gzip;q=0, br'),
    ];
    expect([packed.encoding, plain.encoding, refused.encoding]).toEqual(['gzip', null, null]);
    expect({ ...packed, encoding: null }).toEqual(plain);
    expect(packed.vary).toBe('Accept-Encoding');
    expect(JSON.parse(packed.text).total).toBe(8);
  });
});

describe('the groups', () => {
  it.each(['line', 'image', 'digest'])('by %s add up, and each lists just its own', async (by) => {
    const { body } = await review.list(`/groups?by=${by}&status=pending`);
    const groups = body.groups as { key: string; total: number; by_bump: Record<string, number> }[];
    expect(body.total).toBe(groups.length);
    expect(groups.reduce((sum, group) => sum + group.total, 0)).toBe(8);
    for (const group of groups) {
      const listed = await rows(`?status=pending&group=${encodeURIComponent(group.key)}`);
      expect(listed).toHaveLength(group.total);
      expect(Object.values(group.by_bump).reduce((a, b) => a + b)).toBe(group.total);
    }
  });

  it('stand with the re-pushed first, and say what is approved', async () => {
    const { body } = await review.list('/groups?by=line&status=pending');
    expect(body.groups[0]).toEqual({
      key: `line:${redis.imageId}:7-alpine`,
      image_id: redis.imageId,
      image_name: redis.name,
      category: 'database',
      line: '7-alpine',
      variant: '-alpine',
      digest: null,
      total: 4,
      by_bump: { major: 1, minor: 0, patch: 2, rebuild: 0, repush: 1, other: 0 },
      newest_request_id: expect.any(Number),
      oldest_requested_at: expect.any(String),
      approved: expect.objectContaining({ tag: '7.4.1-alpine' }),
    });
  });

  it.each(['line', 'image', 'digest'])(
    'by %s bring whole groups along, as many as were asked for',
    async (by) => {
      const { body } = await review.list(`/groups?by=${by}&status=pending&q=alpine`);
      const groups = body.groups as { key: string; total: number }[];
      const [first, second] = groups;
      const most = (first?.total ?? 0) + (second?.total ?? 0);
      const answer = await review.list(`/groups?by=${by}&status=pending&q=alpine&rows=${most || 1}`);
      let left = most;
      for (const [i, group] of (answer.body.groups as (typeof groups)[number][]).entries()) {
        left -= group.total;
        const listed = await rows(
          `?status=pending&q=alpine&view=row&sort=group&group=${encodeURIComponent(group.key)}`,
        );
        expect(group).toEqual({ ...groups[i], ...(left >= 0 ? { approval_requests: listed } : {}) });
      }
      const none = await review.list(`/groups?by=${by}&status=pending&rows=501`);
      expect([none.status, none.body.errors[0].field]).toEqual([400, 'rows']);
    },
  );

  it('page without gaps or doubles', async () => {
    const whole = (await review.list('/groups?by=digest')).body.groups as { key: string }[];
    const seen: { key: string }[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await review.list(`/groups?by=digest&limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.groups);
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(whole);
  });

  it('hold requests about images that nobody knows yet', async () => {
    await app.dataSource.query(
      `INSERT INTO image_approval_requests (image_name, registry, metadata) VALUES ('who/knows: this', 'docker.io', '{"source": "gate"}')`,
    );
    const { body } = await review.list('/groups?by=line&source=gate');
    expect(body.groups).toMatchObject([
      { image_id: null, image_name: 'who/knows: this', line: null, total: 1 },
    ]);
    const listed = await rows(`?group=${encodeURIComponent(body.groups[0].key)}&view=row`);
    expect(listed).toMatchObject([{ why: { code: 'image_unknown', params: { source: 'gate' } } }]);
    await app.dataSource.query(`DELETE FROM image_approval_requests WHERE image_id IS NULL`);
  });
});

describe('the facets', () => {
  it('count each kind without its own filter', async () => {
    const { body } = await review.list(`/facets?status=pending&bump=major&category=database`);
    expect(body.facets).toEqual({
      total: 1,
      oldest_requested_at: expect.any(String),
      bump: { major: 1, minor: 0, patch: 2, rebuild: 0, repush: 1, other: 1 },
      category: [{ category: 'database', count: 1 }],
      image: [{ image_id: redis.imageId, image_name: redis.name, count: 1 }],
      missing_platform: [],
      age: { under_1d: 1, '1d_to_7d': 0, '7d_to_14d': 0, over_14d: 0 },
    });
    const all = (await review.list('/facets?status=pending')).body.facets;
    expect(all).toMatchObject({ total: 8, age: { under_1d: 8 } });
    expect(all.category).toEqual([
      { category: 'database', count: 5 },
      { category: 'web', count: 3 },
    ]);
  });

  it('are one round trip, as the groups are', async () => {
    for (const path of ['/facets?q=alpine&bump=major', '/groups?by=image']) {
      expect(await app.statementsOf(() => review.list(path))).toHaveLength(1);
    }
  });
});

describe('un-approving an image', () => {
  it('stops its monitoring and says so in the audit log', async () => {
    const answer = await app.api('PUT', `/images/${other.imageId}`, { approval_status: 'rejected' });
    expect(answer.body.image).toMatchObject({ approval_status: 'rejected', watch_for_updates: false });
    expect((await app.api('POST', `/images/${other.imageId}/check`)).status).toBe(409);
    const { body } = await app.api('GET', `/audit-log?image_id=${other.imageId}&action=image.rejected`);
    expect(body.audit_entries).toMatchObject([
      { from_state: { watch_for_updates: true }, to_state: { watch_for_updates: false } },
    ]);
  });
});
