import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DomainEvent } from '../../src/events/domain-events.js';
import { DomainEvents } from '../../src/events/domain-events.service.js';
import { startApp, type TestApp } from '../support/app.js';
import { NO_VIOLATIONS, reviewOf, violations, type Review } from '../support/review.js';

/** Decisions that race in each test, about; 10,000 in the long run. */
const RACES = Number(process.env['RACES'] ?? 200);

let app: TestApp;
let review: Review;

beforeAll(async () => {
  app = await startApp({ settings: { requestPolicy: 'all', manualChecksPerMinute: 100_000 } });
  review = reviewOf(app);
});
afterAll(async () => app.close());

async function actionsOf(id: number | undefined): Promise<string[]> {
  const rows = await app.dataSource.query<{ action: string }[]>(
    `SELECT action FROM image_monitor.audit_log WHERE subject_type = 'approval_request' AND subject_id = $1 ORDER BY id`,
    [id],
  );
  return rows.map((row) => row.action.replace('approval_request.', ''));
}

describe('reopening', () => {
  it('withdraws the tag that was approved, keeps the reason, and asks again', async () => {
    const { imageId, ids } = await review.asked(['1.0.0']);
    await review.act(ids['1.0.0'], 'approve');

    const answer = await review.act(ids['1.0.0'], 'reopen', { reason: 'too early' });

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      message: 'Approval request reopened successfully',
      rollout_started: false,
      approval_request: { status: 'pending', reviewed_by: null, reviewed_at: null },
    });
    expect(await review.tags(imageId)).toMatchObject([{ tag: '1.0.0', status: 'revoked' }]);
    expect(await actionsOf(ids['1.0.0'])).toEqual(['opened', 'approved', 'reopened']);
    const audit = await app.api('GET', `/images/approval-requests/${ids['1.0.0']}`);
    expect(audit.body.approval_request.approved).toBeNull();
  });

  it('of a re-push puts the digest approved before in force again', async () => {
    const one = await review.asked(['1.0.0']);
    await review.act(one.ids['1.0.0'], 'approve');
    const [before] = await review.tags(one.imageId);
    await review.repush(one, '1.0.0');
    const list = await review.list(`?image_id=${one.imageId}&status=pending`);
    const repush = list.body.approval_requests[0];
    expect(repush).toMatchObject({ bump: 'repush', why: { code: 'repushed' } });
    await review.act(repush.id, 'approve');

    expect((await review.act(repush.id, 'reopen')).status).toBe(200);

    expect(await review.tags(one.imageId)).toEqual([before]);
    expect(await review.request(repush.id)).toMatchObject({ status: 'pending', bump: 'repush' });
  });

  it('does not put back what was taken back by itself', async () => {
    const one = await review.asked(['1.0.0']);
    await review.act(one.ids['1.0.0'], 'approve');
    await review.repush(one, '1.0.0');
    const repush = (await review.list(`?image_id=${one.imageId}&status=pending`)).body.approval_requests[0];
    await review.act(repush.id, 'approve');
    await review.act(one.ids['1.0.0'], 'reopen');
    await review.act(one.ids['1.0.0'], 'reject');

    await review.act(repush.id, 'reopen');

    expect(await review.tags(one.imageId)).toMatchObject([{ status: 'revoked' }]);
  });

  it('leaves a tag revoked that a person revoked since', async () => {
    const one = await review.asked(['1.0.0']);
    await review.act(one.ids['1.0.0'], 'approve');
    await review.repush(one, '1.0.0');
    const repush = (await review.list(`?image_id=${one.imageId}&status=pending`)).body.approval_requests[0];
    await review.act(repush.id, 'approve');
    const tags = (await app.api('GET', `/images/${one.imageId}`)).body.image.tags;
    await app.api('PUT', `/images/${one.imageId}/tags/${tags[0].id}`, { status: 'revoked' });

    await review.act(repush.id, 'reopen');

    expect(await review.tags(one.imageId)).toMatchObject([{ status: 'revoked' }]);
  });

  it('reopens what it superseded, and what it closed as an alias', async () => {
    const { imageId, ids } = await review.asked({ '7.4.1': undefined, '7.4.2': 'build', '7.4': 'build' });
    const approved = await review.act(ids['7.4.2'], 'approve', { include_aliases: true });
    expect(approved.body.superseded.sort()).toEqual([ids['7.4.1'], ids['7.4']].sort());

    const answer = await review.act(ids['7.4.2'], 'reopen');

    expect(answer.body.superseded.sort()).toEqual([ids['7.4.1'], ids['7.4']].sort());
    for (const tag of ['7.4.1', '7.4.2', '7.4']) {
      expect(await review.request(ids[tag])).toMatchObject({ status: 'pending', superseded_by: null });
    }
    expect((await review.tags(imageId)).every((tag) => tag.status === 'revoked')).toBe(true);
  });

  it('is refused with the request as it is where a newer one for the tag waits, or it is pending', async () => {
    const one = await review.asked(['1.0.0']);
    const pending = await review.act(one.ids['1.0.0'], 'reopen');
    expect(pending.status).toBe(409);
    expect(pending.body).toMatchObject({ code: 'not_decided', current: { status: 'pending' } });

    await review.act(one.ids['1.0.0'], 'approve');
    await review.repush(one, '1.0.0');
    const refused = await review.act(one.ids['1.0.0'], 'reopen');
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'pending_exists', current: { status: 'approved' } });
  });

  it('follows a tag that was pushed again while it was decided', async () => {
    const one = await review.asked(['1.0.0']);
    const before = await review.request(one.ids['1.0.0']);
    await review.act(one.ids['1.0.0'], 'reject');
    await review.repush(one, '1.0.0');
    const events: DomainEvent[] = [];
    const listening = app.app.get(DomainEvents).announced.subscribe((some) => events.push(...some));

    await review.act(one.ids['1.0.0'], 'reopen');
    listening.unsubscribe();

    // In this order, so that whoever takes them one by one ends at the digest that the question is about.
    expect(events.map(({ name, data }) => [name, (data as { digest: string }).digest])).toEqual([
      ['approval_request.reopened', before.digest],
      ['approval_request.digest_moved', app.hub.digest(one.name, '1.0.0')],
    ]);
    expect(await review.request(one.ids['1.0.0'])).toMatchObject({
      status: 'pending',
      digest: app.hub.digest(one.name, '1.0.0'),
      digest_history: [{ digest: before.digest }],
      platform_count: 2,
      metadata: { digest: app.hub.digest(one.name, '1.0.0'), source: 'image_monitor' },
    });
    expect(await actionsOf(one.ids['1.0.0'])).toEqual(['opened', 'rejected', 'reopened', 'digest_moved']);
  });

  it('says when a rollout was asked for', async () => {
    const one = await review.asked(['1.0.0']);
    await review.act(one.ids['1.0.0'], 'approve');
    await app.dataSource.query(
      `INSERT INTO image_monitor.rollouts (image_id, image_tag_id, digest, approved_at, approval_request_id)
       SELECT image_id, id, digest, approved_at, approval_request_id FROM image_tags WHERE image_id = $1`,
      [one.imageId],
    );
    expect((await review.act(one.ids['1.0.0'], 'reopen')).body.rollout_started).toBe(true);
  });

  it('says of a whole batch when a rollout of one of them was asked for', async () => {
    const one = await review.asked(['1.0.0', '2.0.0']);
    const bulk = async (body: object) =>
      (await app.api('POST', '/images/approval-requests/bulk', body)).body as Record<string, unknown>;
    const decided = await bulk({ action: 'approve', ids: Object.values(one.ids).map((id) => ({ id })) });
    expect(decided).not.toHaveProperty('rollout_started');
    const early = await bulk({ action: 'reopen', batch_id: decided['batch_id'] });
    expect(early).toMatchObject({ counts: { reopened: 2 }, rollout_started: false });
    const again = await bulk({ action: 'approve', ids: Object.values(one.ids).map((id) => ({ id })) });
    await app.dataSource.query(
      `INSERT INTO image_monitor.rollouts (image_id, image_tag_id, digest, approved_at, approval_request_id)
       SELECT image_id, id, digest, approved_at, approval_request_id FROM image_tags
        WHERE image_id = $1 AND tag = '1.0.0'`,
      [one.imageId],
    );
    const late = await bulk({ action: 'reopen', batch_id: again['batch_id'] });
    expect(late).toMatchObject({ counts: { reopened: 2 }, rollout_started: true });
  });
});

describe(`racing ${RACES} times`, () => {
  it('reopen and reject against reopen: one wins each time, and nothing is left in force', async () => {
    const { imageId, ids } = await review.asked(['1.0.0']);
    const id = ids['1.0.0'];
    let [refused, won] = [0, 0];
    const rounds = Math.ceil(RACES / 4);
    for (let i = 0; i < rounds; i++) {
      const approvals = await Promise.all([review.act(id, 'approve'), review.act(id, 'approve')]);
      const answers = await Promise.all([review.act(id, 'reopen'), review.act(id, 'reopen')]);
      for (const answer of [...approvals, ...answers]) {
        if (answer.status === 200) won++;
        else if (answer.status === 409) refused++;
      }
    }
    expect({ won, refused }).toEqual({ won: 2 * rounds, refused: 2 * rounds });
    expect(await review.tags(imageId)).toMatchObject([{ status: 'revoked' }]);
    expect(await violations(app)).toEqual(NO_VIOLATIONS);
  }, 600_000);

  it('decisions, reopenings and re-pushes of one tag leave no violation', async () => {
    const one = await review.asked(['1.0.0']);
    const statuses = new Set<number>();
    for (let i = 0; i < Math.ceil(RACES / 9); i++) {
      const rows = await app.dataSource.query<{ id: number }[]>(
        `SELECT id FROM image_approval_requests WHERE image_id = $1 ORDER BY id DESC LIMIT 3`,
        [one.imageId],
      );
      app.hub.push(one.name, '1.0.0');
      const answers = await Promise.all([
        app.api('POST', `/images/${one.imageId}/check`),
        ...rows.flatMap(({ id }) => [
          review.act(id, 'approve'),
          review.act(id, 'reopen'),
          review.act(id, 'reject'),
        ]),
      ]);
      for (const answer of answers) statuses.add(answer.status);
    }
    expect([...statuses].every((status) => [200, 202, 409].includes(status))).toBe(true);
    expect(await violations(app)).toEqual(NO_VIOLATIONS);
  }, 600_000);

  it('approves only the digest that was looked at, however often the tag is pushed meanwhile', async () => {
    for (let i = 0; i < Math.ceil(RACES / 10); i++) {
      const one = await review.asked(['1.0.0']);
      const seen = app.hub.digest(one.name, '1.0.0');
      app.hub.push(one.name, '1.0.0');
      const [answer] = await Promise.all([
        review.act(one.ids['1.0.0'], 'approve', { expected_digest: seen }),
        app.api('POST', `/images/${one.imageId}/check`),
      ]);
      const [tag] = await review.tags(one.imageId);
      if (answer.status === 200) expect(tag).toMatchObject({ digest: seen, status: 'approved' });
      else {
        expect(answer.body).toMatchObject({ code: 'digest_changed', current: { status: 'pending' } });
        expect(tag).toBeUndefined();
      }
    }
    expect(await violations(app)).toEqual(NO_VIOLATIONS);
  }, 600_000);
});
