import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { NO_VIOLATIONS, reviewOf, violations, type Review } from '../support/review.js';

const RACES = Number(process.env['RACES'] ?? 200);

let app: TestApp;
let review: Review;

beforeAll(async () => {
  app = await startApp({ settings: { requestPolicy: 'all', manualChecksPerMinute: 100_000 } });
  review = reviewOf(app);
});
afterAll(async () => app.close());

/** `count` pending requests of one image by SQL, 0.0.0 to 0.0.(count-1), each a line of its own so that none supersedes another. */
async function waiting(count: number, category: string): Promise<number> {
  const imageId = await app.addImage(`many-${category}`, { category });
  await app.dataSource.query(
    `INSERT INTO image_approval_requests (image_id, image_name, tag_name, digest, line, variant, bump, version_numbers, metadata)
     SELECT $1, $2::text, n || '.0.0', 'sha256:' || md5($2::text || n) || md5(n::text), n::text, '', 'other', ARRAY[n, 0, 0], '{"source": "image_monitor"}'
       FROM generate_series(1, $3::int) AS n`,
    [imageId, `many-${category}`, count],
  );
  return imageId;
}

async function stateCounts(imageId: number): Promise<Record<string, number>> {
  const rows = await app.dataSource.query<{ status: string; count: number }[]>(
    `SELECT status, count(*)::int AS count FROM image_approval_requests WHERE image_id = $1 GROUP BY 1`,
    [imageId],
  );
  return Object.fromEntries(rows.map((row) => [row.status, row.count]));
}

describe('deciding several names of one build', () => {
  it('approves each name once, also those that nobody had asked about', async () => {
    const { imageId, ids } = await review.asked({ '7.4.2': 'build', '7.4': 'build', latest: 'build' });
    await app.dataSource.query(`DELETE FROM image_approval_requests WHERE id = $1`, [ids['latest']]);

    const answer = await review.bulk({
      action: 'approve',
      ids: [{ id: ids['7.4.2'] }, { id: ids['7.4'] }],
      include_aliases: true,
    });

    expect(answer).toMatchObject({ status: 200, body: { counts: { approved: 2 } } });
    expect((await review.tags(imageId)).map(({ tag, status }) => [tag, status])).toEqual([
      ['7.4', 'approved'],
      ['7.4.2', 'approved'],
      ['latest', 'approved'],
    ]);
  });
});

describe('deciding by filter', () => {
  it('decides 2,500 in steps of 1,000, just as the preview said, and undoes a batch', async () => {
    const imageId = await waiting(2_500, 'steps');
    const order = { action: 'approve', filter: { category: 'steps', status: ['pending'] } };

    const preview = await review.bulk({ ...order, dry_run: true });
    expect(preview.body).toMatchObject({ total: 2_500, counts: { approved: 2_500 }, remaining: 0 });
    const second = await review.bulk({ ...order, dry_run: true, cursor: preview.body.cursor });
    const third = await review.bulk({ ...order, dry_run: true, cursor: second.body.cursor });
    expect(third.body.cursor).toBeNull();
    const previewed = [preview, second, third].flatMap((one) => one.body.results as { id: number }[]);
    expect(new Set(previewed.map((one) => one.id)).size).toBe(2_500);
    expect(await stateCounts(imageId)).toEqual({ pending: 2_500 });

    let token = preview.body.preview_token as string | undefined;
    const batches: string[] = [];
    const done: unknown[] = [];
    for (const remaining of [1_500, 500, 0]) {
      const before = performance.now();
      const answer = await review.bulk({ ...order, preview_token: token });
      expect(performance.now() - before).toBeLessThan(3_000);
      expect(answer.body).toMatchObject({
        remaining,
        counts: { approved: Math.min(1_000, remaining + 500 || 500) },
      });
      token = answer.body.preview_token;
      batches.push(answer.body.batch_id);
      done.push(...answer.body.results);
    }
    expect(done).toMatchObject(previewed.map(({ id }) => ({ id, outcome: 'approved', code: null })));
    expect(previewed[7]).toMatchObject({
      image_name: 'many-steps',
      tag_name: '8.0.0',
      platforms_missing: [],
    });
    expect(preview.body.warnings).toEqual({ repushed: 0, missing_platform: 0 });
    expect(await stateCounts(imageId)).toEqual({ approved: 2_500 });

    const undone = await review.bulk({ action: 'reopen', batch_id: batches[1] });
    expect(undone.body).toMatchObject({ counts: { reopened: 1_000 }, remaining: 0 });
    expect(await stateCounts(imageId)).toEqual({ approved: 1_500, pending: 1_000 });
    expect((await review.bulk({ action: 'reopen', batch_id: batches[1] })).body.total).toBe(0);
    expect(await violations(app)).toEqual(NO_VIOLATIONS);
  }, 120_000);

  it('leaves the rows of waiting requests alone whose comparison stands', async () => {
    const one = await review.asked(['1.0.0', '2.0.0-alpine', '3.0.0-alpine', '3.1.0-alpine'], 'standing');
    const written = async (): Promise<string[]> => {
      const rows = await app.dataSource.query<{ tag_name: string; xmin: string }[]>(
        `SELECT tag_name, xmin::text FROM image_approval_requests WHERE image_id = $1 ORDER BY tag_name`,
        [one.imageId],
      );
      return rows.map((row) => `${row.tag_name} ${row.xmin}`);
    };
    const before = await written();

    await review.act(one.ids['1.0.0'], 'approve');
    const after = await written();
    expect(after.filter((row) => !before.includes(row)).map((row) => row.split(' ')[0])).toEqual(['1.0.0']);

    await review.act(one.ids['2.0.0-alpine'], 'approve');
    expect(await review.request(one.ids['3.0.0-alpine'])).toMatchObject({
      line: '2-alpine',
      bump: 'major',
      approved: { tag: '2.0.0-alpine' },
    });
  });

  it('does nothing where the set changed, and says how', async () => {
    const one = await review.asked(['1.0.0', '2.0.0', '3.0.0'], 'moving');
    const order = { action: 'reject', rejection_reason: 'no', filter: { category: 'moving' } };
    const preview = await review.bulk({ ...order, dry_run: true });
    await review.act(one.ids['1.0.0'], 'approve');
    await review.repush(one, '2.0.0');
    app.hub.push(one.name, '4.0.0');
    await app.api('POST', `/images/${one.imageId}/check`);
    const fourth = (await review.list(`?image_id=${one.imageId}&tag=4.0.0`)).body.approval_requests[0];

    const late = await review.bulk({ ...order, preview_token: preview.body.preview_token });

    expect(late.status).toBe(409);
    expect(late.body).toMatchObject({
      code: 'preview_changed',
      difference: {
        added: [fourth.id],
        removed: [one.ids['1.0.0']],
        changed: [{ id: one.ids['2.0.0'], was: { outcome: 'rejected' }, is: { outcome: 'rejected' } }],
      },
      counts: { rejected: 3 },
    });
    expect((await review.request(one.ids['3.0.0'])).status).toBe('pending');
    const again = await review.bulk({ ...order, preview_token: late.body.preview_token });
    expect(again.body).toMatchObject({ counts: { rejected: 3 }, remaining: 0 });
  });

  it('takes the newest of each line, rejects the lower ones, and leaves majors and re-pushes', async () => {
    const one = await review.asked(['7.4.1'], 'newest');
    await review.act(one.ids['7.4.1'], 'approve');
    for (const tag of ['7.4.2', '7.4.3', '7.5.0', '8.0.0', '7.4.1']) app.hub.push(one.name, tag);
    await app.api('POST', `/images/${one.imageId}/check`);
    const rows = (await review.list(`?image_id=${one.imageId}&status=pending&sort=group`)).body
      .approval_requests as { id: number; tag_name: string }[];
    expect(rows.map((row) => row.tag_name)).toEqual(['7.4.1', '8.0.0', '7.5.0', '7.4.3', '7.4.2']);
    const id = Object.fromEntries(rows.map((row) => [row.tag_name, row.id]));
    const order = {
      action: 'approve',
      mode: 'newest_per_line',
      rejection_reason: 'older',
      filter: { category: 'newest' },
    };

    const preview = await review.bulk({ ...order, dry_run: true });
    expect(preview.body).toMatchObject({ counts: { approved: 1, rejected: 2, refused: 2 } });
    const answer = await review.bulk({ ...order, preview_token: preview.body.preview_token });

    expect(answer.body.results).toEqual([
      { id: id['7.4.2'], outcome: 'rejected', code: null, detail: null },
      { id: id['7.4.3'], outcome: 'rejected', code: null, detail: null },
      { id: id['7.5.0'], outcome: 'approved', code: null, detail: null },
      expect.objectContaining({ id: id['7.4.1'], outcome: 'refused', code: 'repush' }),
      expect.objectContaining({ id: id['8.0.0'], outcome: 'refused', code: 'major' }),
    ]);
    expect(await review.request(id['7.4.2'])).toMatchObject({ rejection_reason: 'older' });
    expect((await review.tags(one.imageId)).map((tag) => tag.tag)).toEqual(['7.4.1', '7.5.0']);

    const undone = await review.bulk({ action: 'reopen', batch_id: answer.body.batch_id });
    expect(undone.body).toMatchObject({ counts: { reopened: 3 } });
    expect(await violations(app)).toEqual(NO_VIOLATIONS);
  });

  it.each([
    [{ action: 'approve' }, 'ids'],
    [{ action: 'approve', ids: [{ id: 1 }], filter: {} }, 'filter'],
    [{ action: 'approve', filter: { colour: 'red' } }, 'filter.colour'],
    [{ action: 'approve', filter: { group: 'nonsense' } }, 'filter.group'],
    [{ action: 'approve', filter: [] }, 'filter'],
    [{ action: 'approve', batch_id: 'x' }, 'batch_id'],
    [{ action: 'approve', batch_id: '7d9d1e5e-5b1c-4c39-8a5e-0f7c8d7b4a11' }, 'batch_id'],
    [{ action: 'reject', rejection_reason: 'x', mode: 'newest_per_line', ids: [{ id: 1 }] }, 'mode'],
    [{ action: 'approve', mode: 'newest_per_line', ids: [{ id: 1 }] }, 'rejection_reason'],
    [{ action: 'approve', ids: [{ id: 1 }], cursor: 'x' }, 'cursor'],
  ])('refuses %j and names the field', async (body, field) => {
    const answer = await review.bulk(body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].field).toBe(field);
  });
});

describe('bulk decisions that race', () => {
  it('decide each request once, whatever else is decided and pushed', async () => {
    const images = await Promise.all(
      Array.from({ length: 4 }, () => review.asked(['1.0.0', '1.0.1', '1.0.2', '2.0.0', '3.0.0'], 'racing')),
    );
    const statuses = new Set<number>();
    for (let i = 0; i < Math.ceil(RACES / 20); i++) {
      for (const image of images) app.hub.push(image.name, `1.0.${i % 3}`);
      const answers = await Promise.all([
        review.bulk({ action: 'approve', filter: { category: 'racing' } }),
        review.bulk({ action: 'reject', rejection_reason: 'no', filter: { category: 'racing' } }),
        review.bulk({ action: 'reopen', filter: { category: 'racing' } }),
        review.bulk({
          action: 'approve',
          mode: 'newest_per_line',
          rejection_reason: 'no',
          filter: { category: 'racing' },
        }),
        ...images.map((image) => app.api('POST', `/images/${image.imageId}/check`)),
      ]);
      for (const answer of answers) statuses.add(answer.status);
    }
    expect([...statuses].sort()).toEqual([200]);
    expect(await violations(app)).toEqual(NO_VIOLATIONS);
  }, 600_000);
});
