import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { DomainEventOf } from '../../src/events/domain-events.js';
import { eventually, startApp, type ApiAnswer, type TestApp } from '../support/app.js';
import { digestOf } from '../support/docker-hub/world.js';

const SECRET = 'c2VjcmV0LW9mLXRoZS13ZWJob29r';
/** `RACES=3000 npm test -- test/e2e/gate.spec.ts` for the long run. */
const RACES = Number(process.env['RACES'] ?? 40);
const CAPTURES = process.env['DOCKER_HUB_CAPTURES'] ?? resolve('..', 'shared', 'docker-hub', 'captures');

let app: TestApp;
let nextName = 0;
const rollouts: DomainEventOf<'rollout.requested'>[] = [];

beforeAll(async () => {
  app = await startApp({
    settings: { webhookToken: SECRET, internalNamespaces: 'ours', manualChecksPerMinute: 100_000 } as never,
  });
  app.app.get(EventEmitter2).on('rollout.requested', (event: DomainEventOf<'rollout.requested'>) => {
    rollouts.push(event);
  });
});
afterEach(() => app.hub.heal());
afterAll(async () => app.close());

const payload = (image: string, tag?: string): unknown => ({
  callback_url: 'https://registry.hub.docker.com/u/x/y/hook/abc/',
  push_data: {
    pushed_at: 1_764_000_000,
    pusher: 'somebody',
    ...(tag === undefined ? {} : { tag }),
    images: [],
  },
  repository: { repo_name: image, name: image.split('/').at(-1), status: 'Active', star_count: 0 },
});

const push = (image: string, tag?: string): Promise<ApiAnswer> =>
  app.api('POST', `/webhooks/docker-registry/${SECRET}`, payload(image, tag));
const ask = (query: string): Promise<ApiAnswer> => app.api('GET', `/gate?${query}`);

/** An image whose tag 1.0.0 is approved with the digest that Docker Hub has. */
async function approved(
  columns: Record<string, unknown> = {},
): Promise<{ id: number; name: string; requestId: number }> {
  const name = `gated-${nextName++}`;
  const id = await app.addImage(name, columns);
  app.hub.push(name, '1.0.0', { at: Date.now() - 3_600_000 });
  await app.api('POST', `/images/${id}/check`);
  const list = await app.api('GET', `/images/approval-requests?image_id=${id}`);
  const requestId = list.body.approval_requests[0].id as number;
  expect((await app.api('POST', `/images/approval-requests/${requestId}/approve`, {})).status).toBe(200);
  return { id, name, requestId };
}

const rolloutsOf = (name: string): DomainEventOf<'rollout.requested'>[] =>
  rollouts.filter((event) => event.data.image_name === name);

async function pendingOf(
  name: string,
): Promise<{ tag_name: string | null; bump: string | null; metadata: unknown }[]> {
  const list = await app.api(
    'GET',
    `/images/approval-requests?status=pending&image_name=${encodeURIComponent(name)}`,
  );
  return list.body.approval_requests;
}

describe('the address', () => {
  it('with a wrong secret is not there', async () => {
    for (const token of ['wrong', `${SECRET}x`, SECRET.slice(1), encodeURIComponent('../' + SECRET)]) {
      const answer = await app.api('POST', `/webhooks/docker-registry/${token}`, payload('redis', '7'));
      expect(answer.status).toBe(404);
    }
  });

  it('is not there at all without a secret', async () => {
    const other = await startApp({ hub: app.hub, database: app.database });
    expect((await other.api('POST', '/webhooks/docker-registry/', payload('redis', '7'))).status).toBe(404);
    expect(
      (await other.api('POST', `/webhooks/docker-registry/${SECRET}`, payload('redis', '7'))).status,
    ).toBe(404);
    await other.close();
  });
});

describe('a push', () => {
  it('to an internal namespace is allowed', async () => {
    expect((await push('ours/tool', 'latest')).body).toMatchObject({
      verdict: 'allowed',
      reason: 'internal_namespace',
    });
  });

  it('to an unknown image is refused, and opens one question, however often it comes', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => push('stranger/thing', '1.0')));
    for (const answer of answers) {
      expect(answer.status).toBe(403);
      expect(answer.body).toMatchObject({ reason: 'image_unknown', action_required: expect.any(String) });
    }
    expect(await pendingOf('stranger/thing')).toMatchObject([
      { tag_name: null, metadata: { source: 'gate' } },
    ]);
  });

  it('to a pending or rejected image is refused', async () => {
    await app.addImage('waiting/image', { approval_status: 'pending', watch_for_updates: false });
    await app.addImage('bad/image', { approval_status: 'rejected', watch_for_updates: false });
    expect((await push('waiting/image', '1')).body).toMatchObject({ status: 403, reason: 'image_pending' });
    expect((await push('bad/image', '1')).body).toMatchObject({ status: 403, reason: 'image_rejected' });
  });

  it('of an approved tag with the approved digest is allowed, and requests one rollout for ten deliveries', async () => {
    const { name, requestId } = await approved();
    app.hub.forgetRequests();

    const answers = await Promise.all(Array.from({ length: 10 }, () => push(name, '1.0.0')));

    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ verdict: 'allowed', digest: app.hub.digest(name, '1.0.0') });
    }
    expect(answers.filter((answer) => answer.body.rollout === 'requested')).toHaveLength(1);
    expect(app.hub.count({ kind: 'tag' })).toBeLessThan(10);
    await eventually('the event', () => Promise.resolve(rolloutsOf(name).length > 0));
    expect(rolloutsOf(name)).toHaveLength(1);
    expect(rolloutsOf(name)[0]?.data).toMatchObject({
      image_name: name,
      tag: '1.0.0',
      digest: app.hub.digest(name, '1.0.0'),
      approval_request_id: requestId,
      pushed_by: 'somebody',
    });
  });

  it('is allowed without a rollout where the image has no auto-rollout', async () => {
    const { name } = await approved({ auto_rollout: false });
    expect((await push(name, '1.0.0')).body).toMatchObject({ verdict: 'allowed', rollout: 'off' });
  });

  it('of an approved tag with another digest is refused, and asked about', async () => {
    const { name } = await approved();
    const before = app.hub.digest(name, '1.0.0');
    app.hub.push(name, '1.0.0');

    expect((await push(name, '1.0.0')).body).toMatchObject({ status: 403, reason: 'digest_changed' });
    expect((await push(name, '1.0.0')).body).toMatchObject({ status: 403, reason: 'digest_changed' });

    expect(await pendingOf(name)).toMatchObject([
      { tag_name: '1.0.0', bump: 'repush', metadata: { change: 'repush', previous_digest: before } },
    ]);
    expect(rolloutsOf(name)).toEqual([]);
  });

  it('of an approved tag without a digest to be had is refused', async () => {
    const { name } = await approved();
    app.hub.push(name, '1.0.0', { digest: null });
    expect((await push(name, '1.0.0')).body).toMatchObject({ status: 403, reason: 'digest_unknown' });
    app.hub.deleteTag(name, '1.0.0');
    expect((await push(name, '1.0.0')).body).toMatchObject({ status: 403, reason: 'digest_unknown' });
  });

  it('of a revoked or deprecated tag is refused', async () => {
    const { id, name } = await approved();
    const image = await app.api('GET', `/images/${id}`);
    const tagId = image.body.image.tags[0].id as number;
    await app.api('PUT', `/images/${id}/tags/${tagId}`, { is_deprecated: true });
    expect((await push(name, '1.0.0')).body).toMatchObject({ status: 403, reason: 'tag_deprecated' });
    await app.api('PUT', `/images/${id}/tags/${tagId}`, { is_deprecated: false });
    await app.api('DELETE', `/images/${id}/tags/${tagId}`);
    expect((await push(name, '1.0.0')).body).toMatchObject({ status: 403, reason: 'tag_revoked' });
  });

  it('of a tag that is not approved is refused, and checked at once', async () => {
    const { id, name } = await approved();
    app.hub.push(name, '2.0.0');
    expect((await push(name, '2.0.0')).body).toMatchObject({ status: 403, reason: 'tag_not_approved' });
    const rows = await app.dataSource.query<unknown[]>(
      `SELECT check_priority, next_check_at <= now() AS is_due FROM images WHERE id = $1`,
      [id],
    );
    expect(rows).toEqual([{ check_priority: 1, is_due: true }]);
  });

  it('that Docker Hub cannot be asked about is undecided, and decided later', async () => {
    const { name } = await approved();
    app.hub.fail({ match: { kind: 'tag', repository: name }, fault: 503 });

    const answer = await push(name, '1.0.0');
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ verdict: 'undecided', reason: 'registry_unavailable' });
    expect(rolloutsOf(name)).toEqual([]);

    app.hub.heal();
    await eventually('the rollout', () => Promise.resolve(rolloutsOf(name).length === 1), 60_000);

    // Once more, soon after the first was decided: about another content, and with nobody to ask again.
    app.hub.push(name, '1.0.0');
    app.hub.fail({ match: { kind: 'tag', repository: name }, fault: 503 });
    expect((await push(name, '1.0.0')).status).toBe(503);
    app.hub.heal();
    await eventually('the question', async () => (await pendingOf(name)).length === 1, 60_000);
    expect(rolloutsOf(name)).toHaveLength(1);
  }, 150_000);

  it('that is delivered again while it waits for its verdict waits once', async () => {
    const { name } = await approved();
    app.hub.fail({ match: { kind: 'tag', repository: name }, fault: 503 });

    const answers = await Promise.all(Array.from({ length: 10 }, () => push(name, '1.0.0')));

    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([503]));
    const waiting = await app.dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int FROM image_monitor_jobs.job
        WHERE name = 'undecided-pushes' AND data ->> 'imageName' = $1 AND state < 'completed'`,
      [name],
    );
    // Two where a minute ended in between.
    expect(waiting[0]?.count).toBeGreaterThanOrEqual(1);
    expect(waiting[0]?.count).toBeLessThanOrEqual(2);
  });
});

describe('a payload', () => {
  it.each([
    ['not JSON', `{'push_data': {'tag': '1'}}`, 400],
    ['a list', [], 400],
    ['nothing', {}, 400],
    ['an impossible image', payload('../etc/passwd', '1'), 400],
    ['an image of another registry', payload('ghcr.io/x/y', '1'), 400],
    ['an impossible tag', payload('redis', 'a b'), 400],
    ['a tag of 129 characters', payload('redis', 'x'.repeat(129)), 400],
    ['a tag that is a number', { repository: { repo_name: 'redis' }, push_data: { tag: 7 } }, 400],
    ['2 MB', { ...(payload('redis', '1') as object), pad: 'x'.repeat(2_000_000) }, 413],
  ])('that is %s is refused, and nothing is stored', async (_what, body, status) => {
    const before = await app.dataSource.query(`SELECT count(*) FROM image_approval_requests`);
    const answer = await app.api('POST', `/webhooks/docker-registry/${SECRET}`, body);
    expect(answer.status).toBe(status);
    expect(await app.dataSource.query(`SELECT count(*) FROM image_approval_requests`)).toEqual(before);
  });

  const captures = ['webhook-push-docker-docs-example.json', 'webhook-push-library-busybox-2015-04.json'];
  if (!existsSync(CAPTURES)) {
    it('captures not at hand: recorded payloads were not read', () => {
      process.stdout.write(`Recorded webhook payloads are not at hand in ${CAPTURES}\n`);
      expect(existsSync(CAPTURES)).toBe(false);
    });
  } else {
    it.each(captures)('as recorded (%s) is read', async (file) => {
      const body = JSON.parse(readFileSync(resolve(CAPTURES, file), 'utf8')) as unknown;
      const answer = await app.api('POST', `/webhooks/docker-registry/${SECRET}`, body);
      expect(answer.status).toBe(403);
      expect(answer.body.reason).toBe('image_unknown');
    });
  }
});

describe('GET /gate', () => {
  it('gives the same verdict without side effects', async () => {
    const { name } = await approved();
    const digest = app.hub.digest(name, '1.0.0');
    expect((await ask(`image=${name}&tag=1.0.0`)).body).toMatchObject({
      verdict: 'allowed',
      reason: 'approved',
      digest,
      approved_digest: digest,
    });
    app.hub.push(name, '1.0.0');
    expect((await ask(`image=${name}&tag=1.0.0`)).body).toMatchObject({
      verdict: 'refused',
      reason: 'digest_changed',
    });
    expect(await pendingOf(name)).toEqual([]);
    expect((await ask('image=nobody/knows&tag=1')).body).toMatchObject({
      verdict: 'refused',
      reason: 'image_unknown',
    });
    expect(await pendingOf('nobody/knows')).toEqual([]);
    expect(rolloutsOf(name)).toEqual([]);
  });

  it('judges a digest that is given, and asks nobody', async () => {
    const { name } = await approved();
    const digest = app.hub.digest(name, '1.0.0') ?? '';
    app.hub.forgetRequests();
    expect((await ask(`image=${name}&tag=1.0.0&digest=${digest}`)).body.verdict).toBe('allowed');
    const other = await ask(`image=${name}&tag=1.0.0&digest=${digestOf('other')}`);
    expect(other.body).toMatchObject({
      verdict: 'refused',
      reason: 'digest_changed',
      digest: digestOf('other'),
      approved_digest: digest,
      detail: `Approved is ${digest}, and not ${digestOf('other')}.`,
    });
    expect(app.hub.count()).toBe(0);
  });

  it.each([
    ['image=Redis&tag=1', 'image'],
    ['image=redis&tag=a%20b', 'tag'],
    ['image=redis', 'tag'],
    ['image=redis&tag=1&digest=abc', 'digest'],
  ])('refuses ?%s and names the field', async (query, field) => {
    const answer = await ask(query);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].field).toBe(field);
  });
});

describe('a decision that comes between', () => {
  it(
    'wins: nothing is published for a tag that was revoked while Docker Hub was asked',
    async () => {
      for (let i = 0; i < RACES; i++) {
        const { id, name } = await approved();
        const rows = await app.dataSource.query<{ id: number }[]>(
          `SELECT id FROM image_tags WHERE image_id = $1`,
          [id],
        );
        const [pushed, revoked] = await Promise.all([
          push(name, '1.0.0'),
          app.api('DELETE', `/images/${id}/tags/${rows[0]?.id}`),
        ]);
        expect(revoked.status).toBe(200);
        const published = await app.dataSource.query<{ count: number }[]>(
          `SELECT count(*)::int FROM image_monitor.rollouts WHERE image_id = $1`,
          [id],
        );
        // Either the push was first, and said so, or the revocation was, and nothing was published.
        expect(published[0]?.count).toBe(pushed.status === 200 ? 1 : 0);
        if (pushed.status !== 200) expect(pushed.body.reason).toBe('tag_revoked');
        expect((await push(name, '1.0.0')).body.reason).toBe('tag_revoked');
      }
    },
    Math.max(30_000, RACES * 500),
  );
});
