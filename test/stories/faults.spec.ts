import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ImageMonitorService } from '../../src/monitor/image-monitor.service.js';
import { eventually, startApp, type TestApp } from '../support/app.js';
import type { Fault } from '../support/docker-hub/faults.js';

/**
 * Every fault of SPEC 5.7 once, on the first, a middle and the last page of what a check or a probe reads. What was
 * pushed must be asked about afterwards, each tag once, and another image must not notice.
 */
const FAULTS: readonly Fault[] = [
  400,
  401,
  403,
  404,
  408,
  429,
  { status: 429, retryAfter: '2' },
  { status: 429, retryAfter: 'Wed, 21 Oct 2015 07:28:00 GMT' },
  500,
  502,
  503,
  'hang',
  'hang_after_headers',
  'drip',
  'reset',
  'reset_midway',
  'half_json',
  'html',
  'empty_body',
  'null_body',
  'no_results',
  'no_count',
  'wrong_types',
  'wrong_tag_types',
  'empty_results',
  'gzip_bomb',
  'long_body',
  'broken_gzip',
  'redirect_loop',
  'redirect_nowhere',
  { redirect: 'http://127.0.0.1:1/elsewhere' },
  'foreign_next',
  'next_to_itself',
  'next_to_first',
  'next_of_other_repository',
  'next_no_address',
  'oldest_first',
  'by_name',
  'shifted',
];
/** What only tells that there is no more to be had. On the first page it is an error like any other. */
const REFUSED: Fault = 'paging_refused';
const PAGES = [1, 2, 3] as const;
const HOUR = 3_600_000;
const TIMEOUT_MS = 500;

const cases = (faults: readonly Fault[]): [string, number, Fault][] =>
  faults.flatMap((fault) => PAGES.map((page): [string, number, Fault] => [nameOf(fault), page, fault]));

function nameOf(fault: Fault): string {
  return typeof fault === 'object' ? JSON.stringify(fault) : String(fault);
}

/** The wait that a fault leads to is over: everything may be asked at once again. */
async function waitIsOver(app: TestApp): Promise<void> {
  app.hub.heal();
  await app.dataSource.query(`UPDATE image_monitor.request_budgets SET paused_until = NULL, tokens = 8000`);
  await app.dataSource.query(`UPDATE image_monitor.namespaces SET retry_at = NULL`);
}

async function asked(app: TestApp, imageId: number): Promise<string[]> {
  const rows = await app.dataSource.query<{ tag_name: string }[]>(
    `SELECT tag_name FROM image_approval_requests WHERE image_id = $1`,
    [imageId],
  );
  return rows.map((row) => row.tag_name).sort();
}

describe('a check that meets a fault', () => {
  let app: TestApp;
  let next = 0;

  beforeAll(async () => {
    app = await startApp({ settings: { dockerHubTimeoutMs: TIMEOUT_MS, requestPolicy: 'all' } });
  });
  afterEach(() => waitIsOver(app));
  afterAll(async () => app.close());

  async function anImage(): Promise<{ id: number; name: string; pushed: string[] }> {
    const name = `image-${next++}`;
    app.hub.push(name, 'old', { at: Date.now() - 5 * HOUR });
    const id = await app.addImage(name, { baseline: true });
    await check(id);
    const pushed = Array.from({ length: 205 }, (_, i) => `2.${i}.0`);
    for (const [i, tag] of pushed.entries()) app.hub.push(name, tag, { at: Date.now() - HOUR + i * 1_000 });
    return { id, name, pushed: pushed.sort() };
  }

  async function check(id: number): Promise<string> {
    const answer = await app.api('POST', `/images/${id}/check`);
    return answer.body.check.outcome as string;
  }

  it.each(cases(FAULTS))('%s on page %i loses nothing and doubles nothing', async (_name, page, fault) => {
    const { id, name, pushed } = await anImage();
    app.hub.push('other', `1.${next}.0`);
    const other = await app.addImage(`other-${next}`, { baseline: true });
    app.hub.push(`other-${next}`, '1.0.0');
    app.hub.fail({ match: { kind: 'tags', repository: name, page }, times: 1, fault });

    const outcome = await check(id);
    const before = await asked(app, id);
    await waitIsOver(app);

    // All or nothing: a check that could not read everything writes its error and nothing else.
    expect(before).toEqual(outcome === 'changed' ? pushed : []);
    expect(await check(other)).toBe('changed');
    await check(id);
    expect(await asked(app, id)).toEqual(pushed);
    await check(id);
    expect(await asked(app, id)).toEqual(pushed);
  });

  it('paging refused on the first page is an error, and loses nothing', async () => {
    const { id, name, pushed } = await anImage();
    app.hub.fail({ match: { kind: 'tags', repository: name, page: 1 }, times: 1, fault: REFUSED });
    expect(await check(id)).toBe('failed');
    await check(id);
    expect(await asked(app, id)).toEqual(pushed);
  });
});

describe('a probe that meets a fault', () => {
  let app: TestApp;
  let names: string[] = [];
  let pushes = 0;

  beforeAll(async () => {
    app = await startApp({
      settings: { dockerHubTimeoutMs: TIMEOUT_MS, requestPolicy: 'all', monitorEnabled: true },
      hubOptions: { anonymousListingOffset: 100_000 },
    });
    names = app.hub.seedRepositories({ repositories: 250, tags: 1, namespaces: ['grafana'] }).slice(0, 3);
    for (const name of names) await app.addImage(name, { baseline: true });
    await settled();
  });
  afterEach(() => waitIsOver(app));
  afterAll(async () => app.close());

  async function settled(): Promise<void> {
    await eventually('nothing to be due', async () => {
      await app.dataSource.query(`UPDATE image_monitor.namespaces SET retry_at = NULL`);
      await app.dataSource.query(
        `UPDATE image_monitor.request_budgets SET paused_until = NULL, tokens = 8000`,
      );
      // A busy machine may miss the short deadline of a check; its retry is part of what is to be settled.
      await app.dataSource.query(
        `UPDATE images SET next_check_at = now() WHERE consecutive_failures > 0 AND lease_token IS NULL`,
      );
      await app.app.get(ImageMonitorService).beat();
      const rows = await app.dataSource.query<{ open: number }[]>(
        `SELECT count(*)::int AS open FROM images
          WHERE next_check_at <= now() OR lease_token IS NOT NULL OR consecutive_failures > 0`,
      );
      return rows[0]?.open === 0;
    });
  }

  it.each(cases([...FAULTS, REFUSED]))('%s on page %i loses nothing', async (_name, page, fault) => {
    // Without a watermark the whole listing is read.
    await app.dataSource.query(`UPDATE image_monitor.namespaces SET watermark = NULL`);
    const [one = '', two = ''] = names;
    const tag = `3.${pushes++}.0`;
    app.hub.push(one, tag);
    app.hub.push(two, tag);
    app.hub.fail({ match: { kind: 'listing', page }, times: 1, fault });

    await app.dataSource.query(`UPDATE images SET next_check_at = now()`);
    await settled();

    const rows = await app.dataSource.query<{ image_name: string }[]>(
      `SELECT image_name FROM image_approval_requests WHERE tag_name = $1 ORDER BY 1`,
      [tag],
    );
    expect(rows.map((row) => row.image_name)).toEqual([one, two].sort());
  });
});

describe('a login that meets a fault', () => {
  it.each([401, 429, 500, 'hang', 'reset', 'html', 'half_json', 'empty_body', 'redirect_loop'] as Fault[])(
    '%s costs no tag, and no login is repeated for ever',
    async (fault) => {
      const app = await startApp({
        settings: {
          dockerHubTimeoutMs: TIMEOUT_MS,
          requestPolicy: 'all',
          dockerHubUsername: 'team',
          dockerHubToken: 'dckr_pat_secret',
        },
      });
      try {
        app.hub.addAccount('team', 'dckr_pat_secret');
        app.hub.push('redis', '1.0.0', { at: Date.now() - HOUR });
        const id = await app.addImage('redis', { baseline: true });
        app.hub.fail({ match: { kind: 'token' }, times: 1, fault });
        await app.api('POST', `/images/${id}/check`);
        await waitIsOver(app);
        await app.api('POST', `/images/${id}/check`);
        app.hub.push('redis', '2.0.0');
        app.hub.revokeTokens();

        await app.api('POST', `/images/${id}/check`);
        await waitIsOver(app);
        await app.api('POST', `/images/${id}/check`);

        expect(await asked(app, id)).toEqual(['2.0.0']);
        expect(app.hub.count({ kind: 'token' })).toBeLessThanOrEqual(4);
      } finally {
        await app.close();
      }
    },
  );
});
