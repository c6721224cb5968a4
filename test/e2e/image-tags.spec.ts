import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DecideRequests } from '../../src/approval-requests/decide-requests.js';
import type { DomainEvent } from '../../src/events/domain-events.js';
import { DomainEvents } from '../../src/events/domain-events.service.js';
import { startApp, type ApiAnswer, type TestApp } from '../support/app.js';
import { digestOf } from '../support/docker-hub/world.js';

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

let app: TestApp;
let nextName = 0;

beforeAll(async () => {
  app = await startApp({ settings: { requestPolicy: 'all' } });
});
afterEach(() => app.hub.heal());
afterAll(async () => app.close());

interface Known {
  id: number;
  name: string;
}

async function image(columns: Record<string, unknown> = {}): Promise<Known> {
  const name = `by-hand-${nextName++}`;
  return { id: await app.addImage(name, columns), name };
}

const approve = (id: number, body: unknown): Promise<ApiAnswer> =>
  app.api('POST', `/images/${id}/tags`, body);
const change = (id: number, tagId: number, body: unknown): Promise<ApiAnswer> =>
  app.api('PUT', `/images/${id}/tags/${tagId}`, body);
const check = (id: number): Promise<ApiAnswer> => app.api('POST', `/images/${id}/check`);

/** An approved tag; answers its id. */
async function approved(
  { id, name }: Known,
  tag: string,
  body: Record<string, unknown> = {},
): Promise<number> {
  app.hub.push(name, tag);
  const answer = await approve(id, { tag, ...body });
  expect(answer.status).toBe(201);
  return answer.body.tag.id as number;
}

async function requestsOf(id: number): Promise<Record<string, unknown>[]> {
  const { body } = await app.api('GET', `/images/approval-requests?image_id=${id}&sort=oldest`);
  return body.approval_requests as Record<string, unknown>[];
}

async function tagsOf(id: number): Promise<Record<string, unknown>[]> {
  return (await app.api('GET', `/images/${id}`)).body.image.tags as Record<string, unknown>[];
}

async function auditOf(id: number): Promise<{ action: string; tag_name: string | null; actor: string }[]> {
  return app.dataSource.query(
    `SELECT action, tag_name, actor, from_state, to_state, reason, http_request_id FROM image_monitor.audit_log
      WHERE image_id = $1 ORDER BY id`,
    [id],
  );
}

describe('approving a tag by hand', () => {
  it('takes the digest from Docker Hub and shows the tag with its image', async () => {
    const known = await image();
    app.hub.push(known.name, '7.5-alpine');
    app.hub.forgetRequests();

    const answer = await app.api(
      'POST',
      `/images/${known.id}/tags`,
      { tag: '7.5-alpine', notes: 'we need it today', is_recommended: true },
      { 'x-request-id': 'hand-1' },
    );

    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      message: 'Tag approved successfully',
      approval_request_id: null,
      tag: {
        tag: '7.5-alpine',
        digest: app.hub.digest(known.name, '7.5-alpine'),
        status: 'approved',
        architectures: ['amd64', 'arm64'],
        is_recommended: true,
        is_deprecated: false,
        approved_by: 'local',
        approval_request_id: null,
        pushed_at: expect.stringMatching(ISO),
      },
    });
    expect(app.hub.count()).toBe(1);
    expect(await tagsOf(known.id)).toEqual([answer.body.tag]);
    expect(await auditOf(known.id)).toMatchObject([
      {
        action: 'tag.approved',
        actor: 'local',
        tag_name: '7.5-alpine',
        reason: 'we need it today',
        http_request_id: 'hand-1',
        to_state: { digest: app.hub.digest(known.name, '7.5-alpine'), by_hand: true },
      },
    ]);
    // The next check finds it approved already.
    expect((await check(known.id)).body.check).toMatchObject({ requests_created: 0 });
  });

  it('closes the pending request for it as approved, and compares the others again', async () => {
    const known = await image();
    app.hub.push(known.name, '1.0.0', { at: Date.now() - 60_000 });
    app.hub.push(known.name, '1.1.0', { at: Date.now() - 30_000 });
    await check(known.id);
    const [first] = await requestsOf(known.id);
    const [older, newer] = (await requestsOf(known.id)).sort((a, b) =>
      String(a['tag_name']) < String(b['tag_name']) ? -1 : 1,
    );
    expect(first).toBeDefined();
    expect(newer).toMatchObject({ tag_name: '1.1.0', bump: 'other' });

    const answer = await approve(known.id, { tag: '1.0.0', notes: 'fine' });

    expect(answer.body).toMatchObject({
      approval_request_id: older?.['id'],
      tag: { approval_request_id: older?.['id'] },
    });
    const after = new Map((await requestsOf(known.id)).map((request) => [request['tag_name'], request]));
    expect(after.get('1.0.0')).toMatchObject({ status: 'approved', reviewed_by: 'local', notes: 'fine' });
    expect(after.get('1.1.0')).toMatchObject({
      status: 'pending',
      bump: 'minor',
      approved: { tag: '1.0.0' },
    });
    expect((await auditOf(known.id)).map((entry) => entry.action).slice(-2)).toEqual([
      'tag.approved',
      'approval_request.approved',
    ]);
  });

  it('lets a pending request follow its tag to the digest found, and closes it', async () => {
    const known = await image();
    app.hub.push(known.name, '2.0.0', { at: Date.now() - 60_000, digest: digestOf(`${known.name} a`) });
    await check(known.id);
    app.hub.push(known.name, '2.0.0', { digest: digestOf(`${known.name} b`) });

    const answer = await approve(known.id, { tag: '2.0.0' });

    const [request] = await requestsOf(known.id);
    expect(request).toMatchObject({
      status: 'approved',
      digest: digestOf(`${known.name} b`),
      metadata: {
        digest: digestOf(`${known.name} b`),
        digest_history: [{ digest: digestOf(`${known.name} a`) }],
      },
    });
    expect(answer.body).toMatchObject({
      approval_request_id: request?.['id'],
      tag: { digest: digestOf(`${known.name} b`) },
    });
    expect((await auditOf(known.id)).map((entry) => entry.action)).toEqual([
      'approval_request.opened',
      'approval_request.digest_moved',
      'tag.approved',
      'approval_request.approved',
    ]);
    // Found by the next check as it stands.
    expect((await check(known.id)).body.check).toMatchObject({ requests_created: 0 });
    expect(await requestsOf(known.id)).toHaveLength(1);
  });

  describe('supersedes pending requests for lower patches, as an approval through a request does,', () => {
    async function asked(tags: string[]): Promise<{ known: Known; ids: Map<unknown, unknown> }> {
      const known = await image();
      tags.forEach((tag, index) => app.hub.push(known.name, tag, { at: Date.now() - 60_000 + index }));
      await check(known.id);
      return { known, ids: new Map((await requestsOf(known.id)).map((one) => [one['tag_name'], one['id']])) };
    }
    async function stateOf(id: number): Promise<Record<string, unknown>> {
      return Object.fromEntries((await requestsOf(id)).map((one) => [one['tag_name'], one['status']]));
    }

    it('and reopens them with the request that was answered', async () => {
      const { known, ids } = await asked(['7.4.1-alpine', '7.4.1', '7.2.9-alpine', '7.4.2-alpine']);

      const answer = await approve(known.id, { tag: '7.4.2-alpine' });

      expect(answer.body.superseded).toEqual([ids.get('7.4.1-alpine')]);
      expect(await stateOf(known.id)).toEqual({
        '7.4.1-alpine': 'superseded',
        '7.4.1': 'pending',
        '7.2.9-alpine': 'pending',
        '7.4.2-alpine': 'approved',
      });
      expect((await auditOf(known.id)).slice(-3)).toMatchObject([
        { action: 'tag.approved', actor: 'local' },
        { action: 'approval_request.approved', actor: 'local' },
        {
          action: 'approval_request.superseded',
          actor: 'local',
          tag_name: '7.4.1-alpine',
          to_state: { status: 'superseded', because_of: ids.get('7.4.2-alpine') },
        },
      ]);

      await app.api('POST', `/images/approval-requests/${String(ids.get('7.4.2-alpine'))}/reopen`, {});
      expect(new Set(Object.values(await stateOf(known.id)))).toEqual(new Set(['pending']));
    });

    it('also where nobody had asked about the tag, which they then name', async () => {
      const { known, ids } = await asked(['7.4.1']);
      const events: DomainEvent[] = [];
      const listening = app.app.get(DomainEvents).announced.subscribe((some) => events.push(...some));

      const tagId = await approved(known, '7.4.2');
      listening.unsubscribe();

      expect(await stateOf(known.id)).toEqual({ '7.4.1': 'superseded' });
      expect((await auditOf(known.id)).at(-1)).toMatchObject({
        action: 'approval_request.superseded',
        to_state: { because_of_tag: tagId },
      });
      expect(events.map(({ name, data }) => ({ name, ...data }))).toMatchObject([
        { name: 'tag.approved', tag: '7.4.2', approval_request_id: null },
        {
          name: 'approval_request.superseded',
          approval_request_id: ids.get('7.4.1'),
          tag: '7.4.1',
          superseded_by: null,
        },
      ]);
    });

    it('also when a revoked tag is put back in force', async () => {
      const { known } = await asked(['7.4.1']);
      const tagId = await approved(known, '7.4.2', { supersede: false });
      expect(await stateOf(known.id)).toEqual({ '7.4.1': 'pending' });
      await change(known.id, tagId, { status: 'revoked' });

      await change(known.id, tagId, { status: 'approved', supersede: false });
      expect(await stateOf(known.id)).toEqual({ '7.4.1': 'pending' });
      await change(known.id, tagId, { status: 'revoked' });
      await change(known.id, tagId, { status: 'approved' });
      expect(await stateOf(known.id)).toEqual({ '7.4.1': 'superseded' });
    });
  });

  it('is refused when a check has seen a later push while Docker Hub was asked', async () => {
    const known = await image();
    app.hub.push(known.name, '3.0.0', { at: Date.now() - 60_000, digest: digestOf(`${known.name} a`) });
    await check(known.id);
    // The check of another replica, as it would have left the request: about a push that our answer is too old for.
    await app.dataSource.query(
      `UPDATE image_approval_requests SET digest = $2, pushed_at = now() WHERE image_id = $1`,
      [known.id, digestOf(`${known.name} later`)],
    );

    const answer = await approve(known.id, { tag: '3.0.0' });

    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'digest_changed', current: { digest: digestOf(`${known.name} later`) } },
    });
    expect(await tagsOf(known.id)).toEqual([]);
    expect(await requestsOf(known.id)).toMatchObject([{ status: 'pending' }]);
  });

  it('of a re-push puts the new digest in force; reopening its request brings the old one back', async () => {
    const known = await image();
    await approved(known, '1.0.0');
    const before = app.hub.digest(known.name, '1.0.0');
    await check(known.id);
    app.hub.push(known.name, '1.0.0', { digest: digestOf(`${known.name} again`) });
    await check(known.id);
    expect(await requestsOf(known.id)).toMatchObject([{ status: 'pending', bump: 'repush' }]);

    const answer = await approve(known.id, { tag: '1.0.0' });
    expect(answer.body.tag.digest).toBe(digestOf(`${known.name} again`));

    const requestId = answer.body.approval_request_id as number;
    await app.app
      .get(DecideRequests)
      .run({ action: 'reopen', requests: [{ id: requestId }], actor: 'local' });
    expect(await tagsOf(known.id)).toMatchObject([{ tag: '1.0.0', status: 'approved', digest: before }]);
    expect(await requestsOf(known.id)).toMatchObject([{ id: requestId, status: 'pending' }]);
  });

  it('while others decide its request and checks run settles on one decision and one row', async () => {
    const known = await image();
    for (let round = 0; round < 10; round++) {
      const tag = `1.0.${round}`;
      app.hub.push(known.name, tag);
      await check(known.id);
      const [request] = (await requestsOf(known.id)).filter((one) => one['tag_name'] === tag);
      const answers = await Promise.all([
        approve(known.id, { tag }),
        app.api('POST', `/images/approval-requests/${String(request?.['id'])}/approve`, {}),
        app.api('POST', `/images/approval-requests/${String(request?.['id'])}/reject`, {
          rejection_reason: 'no',
        }),
        check(known.id),
        app.api('PUT', `/images/${known.id}`, { description: tag }),
      ]);
      expect(answers.filter((answer) => answer.status >= 500)).toEqual([]);
      // By hand is always allowed; of the others at most one found the request pending.
      expect(answers[0]?.status).toBe(201);
      expect(answers.slice(1, 3).filter((answer) => answer.status === 200).length).toBeLessThanOrEqual(1);
    }
    expect(await tagsOf(known.id)).toHaveLength(10);
    expect((await requestsOf(known.id)).filter((one) => one['status'] === 'pending')).toEqual([]);
  });

  it('twice at once is one row with one recommended tag', async () => {
    const known = await image();
    for (const tag of ['1.0.0', '1.1.0']) app.hub.push(known.name, tag);
    const answers = await Promise.all(
      ['1.0.0', '1.1.0', '1.0.0', '1.1.0'].map((tag) => approve(known.id, { tag, is_recommended: true })),
    );
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201]);
    const tags = await tagsOf(known.id);
    expect(tags).toHaveLength(2);
    expect(tags.filter((tag) => tag['is_recommended'])).toHaveLength(1);
  });

  it('takes the digest that was looked at, or is a 409 with the one found', async () => {
    const known = await image();
    app.hub.push(known.name, '1.0.0');
    const digest = app.hub.digest(known.name, '1.0.0');
    expect(await approve(known.id, { tag: '1.0.0', digest: digestOf('something else') })).toMatchObject({
      status: 409,
      body: { code: 'digest_changed', current: { tag: '1.0.0', digest } },
    });
    expect((await approve(known.id, { tag: '1.0.0', digest })).status).toBe(201);
  });

  it('takes an approved image, and a tag that is an image with a digest', async () => {
    const pending = await image({ approval_status: 'pending', watch_for_updates: false });
    app.hub.forgetRequests();
    expect(await approve(pending.id, { tag: '1.0' })).toMatchObject({
      status: 409,
      body: { code: 'image_not_approved' },
    });
    expect(app.hub.count()).toBe(0);

    const known = await image();
    app.hub.push(known.name, 'there');
    expect(await approve(known.id, { tag: 'not-there' })).toMatchObject({
      status: 409,
      body: { code: 'tag_not_on_docker_hub' },
    });
    app.hub.push(known.name, 'old', { digest: null });
    expect(await approve(known.id, { tag: 'old' })).toMatchObject({
      status: 409,
      body: { code: 'digest_unknown' },
    });
    app.hub.push(known.name, `sha256-${'a'.repeat(64)}.sig`);
    expect(await approve(known.id, { tag: `sha256-${'a'.repeat(64)}.sig` })).toMatchObject({
      status: 409,
      body: { code: 'tag_is_no_image' },
    });
    expect(await tagsOf(known.id)).toEqual([]);
  });

  it('with Docker Hub away is a 503 that says when to try again', async () => {
    const known = await image();
    app.hub.push(known.name, '1.0.0');
    app.hub.failNext(503);
    const answer = await approve(known.id, { tag: '1.0.0' });
    expect(answer).toMatchObject({
      status: 503,
      body: { code: 'docker_hub_unavailable', reason: 'unavailable' },
    });
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await tagsOf(known.id)).toEqual([]);
    expect(await auditOf(known.id)).toEqual([]);
  });

  it.each([
    [{}, 'tag'],
    [{ tag: '' }, 'tag'],
    [{ tag: '-x' }, 'tag'],
    [{ tag: 'a/b' }, 'tag'],
    [{ tag: 'x'.repeat(129) }, 'tag'],
    [{ tag: '1.0', digest: 'sha256:abc' }, 'digest'],
    [{ tag: '1.0', is_recommended: 'yes' }, 'is_recommended'],
    [{ tag: '1.0', approved_by: 'me' }, 'approved_by'],
    [{ tag: '1.0', notes: 'x'.repeat(2_001) }, 'notes'],
  ])('refuses %j naming %s', async (body, field) => {
    const known = await image();
    const answer = await approve(known.id, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ field }]);
  });

  it.each([
    ['0', 400],
    ['abc', 400],
    ['99999999999', 404],
    ['2147483647', 404],
  ])('of an image %s is a %d', async (id, status) => {
    expect((await app.api('POST', `/images/${id}/tags`, { tag: '1.0' })).status).toBe(status);
  });
});

describe('changing an approved tag', () => {
  it('moves the recommendation, of which an image has one', async () => {
    const known = await image();
    const first = await approved(known, '1.0.0', { is_recommended: true });
    const second = await approved(known, '1.1.0');

    const answer = await change(known.id, second, { is_recommended: true });
    expect(answer).toMatchObject({
      status: 200,
      body: { message: 'Tag updated successfully', tag: { id: second, is_recommended: true } },
    });
    expect(await tagsOf(known.id)).toMatchObject([
      { id: second, is_recommended: true },
      { id: first, is_recommended: false },
    ]);
    await change(known.id, second, { is_recommended: true });
    await change(known.id, second, { is_recommended: false });
    expect((await auditOf(known.id)).map((entry) => entry.action)).toEqual([
      'tag.approved',
      'tag.approved',
      'tag.recommended',
      'tag.unrecommended',
    ]);
  });

  it('to deprecated takes its recommendation away', async () => {
    const known = await image();
    const id = await approved(known, '1.0.0', { is_recommended: true });
    expect((await change(known.id, id, { is_deprecated: true })).body.tag).toMatchObject({
      is_deprecated: true,
      is_recommended: false,
      status: 'approved',
    });
    expect(await change(known.id, id, { is_recommended: true })).toMatchObject({
      status: 409,
      body: { code: 'tag_deprecated' },
    });
    expect(await approve(known.id, { tag: '1.0.0', is_recommended: true })).toMatchObject({
      status: 409,
      body: { code: 'tag_deprecated' },
    });
  });

  it('to revoked keeps the row, takes the recommendation, and compares the requests again', async () => {
    const known = await image();
    const id = await approved(known, '1.0.0', { is_recommended: true });
    app.hub.push(known.name, '1.0.1');
    await check(known.id);
    expect(await requestsOf(known.id)).toMatchObject([{ tag_name: '1.0.1', bump: 'patch' }]);

    const answer = await app.api('DELETE', `/images/${known.id}/tags/${id}`);

    expect(answer).toMatchObject({
      status: 200,
      body: { message: 'Tag revoked successfully', tag: { id, status: 'revoked', is_recommended: false } },
    });
    expect(await tagsOf(known.id)).toMatchObject([{ id, status: 'revoked' }]);
    expect((await app.api('GET', `/images/${known.id}`)).body.image.approved_newest).toBeNull();
    expect(await requestsOf(known.id)).toMatchObject([{ tag_name: '1.0.1', bump: 'other', approved: null }]);
    expect((await app.api('DELETE', `/images/${known.id}/tags/${id}`)).status).toBe(200);
    expect(await change(known.id, id, { is_recommended: true })).toMatchObject({
      status: 409,
      body: { code: 'tag_revoked' },
    });
    const actions = (await auditOf(known.id)).map((entry) => entry.action);
    expect(actions.filter((action) => action === 'tag.revoked')).toHaveLength(1);
  });

  it('back to approved puts the digest in force that was approved, and answers a request about it', async () => {
    const known = await image();
    const id = await approved(known, '1.0.0');
    const digest = app.hub.digest(known.name, '1.0.0');
    await change(known.id, id, { status: 'revoked' });
    await check(known.id);
    expect(await requestsOf(known.id)).toMatchObject([{ tag_name: '1.0.0', status: 'pending' }]);

    const answer = await change(known.id, id, { status: 'approved', is_recommended: true });

    expect(answer.body.tag).toMatchObject({ status: 'approved', digest, is_recommended: true });
    expect(await requestsOf(known.id)).toMatchObject([
      { tag_name: '1.0.0', status: 'approved', reviewed_by: 'local' },
    ]);
  });

  it('back to approved leaves a request about a later push alone, and takes an approved image', async () => {
    const known = await image();
    const id = await approved(known, '1.0.0');
    await change(known.id, id, { status: 'revoked' });
    app.hub.push(known.name, '1.0.0', { digest: digestOf(`${known.name} later`) });
    await check(known.id);

    expect((await change(known.id, id, { status: 'approved' })).status).toBe(200);
    expect(await requestsOf(known.id)).toMatchObject([{ status: 'pending', bump: 'repush' }]);

    await change(known.id, id, { status: 'revoked' });
    await app.api('PUT', `/images/${known.id}`, { approval_status: 'rejected' });
    expect(await change(known.id, id, { status: 'approved' })).toMatchObject({
      status: 409,
      body: { code: 'image_not_approved' },
    });
  });

  it('of another image, or that is not there, is a 404; a wrong value a 400', async () => {
    const [known, other] = [await image(), await image()];
    const id = await approved(known, '1.0.0');
    expect(await change(other.id, id, { is_deprecated: true })).toMatchObject({
      status: 404,
      body: { code: 'tag_not_found' },
    });
    expect((await change(known.id, 2_147_483_647, {})).status).toBe(404);
    expect((await app.api('DELETE', `/images/${known.id}/tags/0`)).status).toBe(400);
    expect((await change(known.id, id, { status: 'pending' })).status).toBe(400);
    expect((await change(known.id, id, { is_deprecated: null })).status).toBe(400);
    expect((await change(known.id, id, { digest: digestOf('x') })).status).toBe(400);
  });
});

describe('the request budget', () => {
  it('spent for longer than a person waits is a 503 with the seconds to wait, and Docker Hub is not asked', async () => {
    const own = await startApp();
    try {
      const id = await own.addImage('redis');
      own.hub.push('redis', '7.5');
      await own.dataSource.query(
        `UPDATE image_monitor.request_budgets SET paused_until = clock_timestamp() + interval '1 minute'`,
      );
      const answer = await own.api('POST', `/images/${id}/tags`, { tag: '7.5' });
      expect(answer).toMatchObject({ status: 503, body: { code: 'budget_exhausted' } });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(50);
      expect(own.hub.count()).toBe(0);
    } finally {
      await own.close();
    }
  });

  it('that comes back soon is waited for', async () => {
    const own = await startApp();
    try {
      const id = await own.addImage('redis');
      own.hub.push('redis', '7.5');
      await own.dataSource.query(
        `UPDATE image_monitor.request_budgets SET paused_until = clock_timestamp() + interval '300 milliseconds'`,
      );
      expect((await own.api('POST', `/images/${id}/tags`, { tag: '7.5' })).status).toBe(201);
    } finally {
      await own.close();
    }
  });

  it('is paused for all when Docker Hub answers 429', async () => {
    const own = await startApp();
    try {
      const id = await own.addImage('redis');
      own.hub.push('redis', '7.5');
      own.hub.failNext(429);
      expect(await own.api('POST', `/images/${id}/tags`, { tag: '7.5' })).toMatchObject({
        status: 503,
        body: { code: 'docker_hub_unavailable', reason: 'rate_limited' },
      });
      const status = await own.api('GET', '/images/monitor/status');
      expect(status.body.budget.paused_until).toMatch(ISO);
    } finally {
      await own.close();
    }
  });
});
