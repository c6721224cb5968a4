import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import {
  listRequests,
  REQUEST_SORTS,
  type RequestPosition,
  type RequestSort,
} from '../../src/approval-requests/list-requests.sql.js';
import type { RequestFilter } from '../../src/approval-requests/request-filter.sql.js';
import { listAuditEntries, type AuditFilter } from '../../src/audit/audit-log.sql.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

/** 1,000,000 was tried, too: PLAN_ROWS. */
const ROWS = Number(process.env['PLAN_ROWS'] ?? 100_000);
const LIMIT = 50;

let database: TestDatabase;
/** The service's own connections give up after a while; filling these tables takes longer. */
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(
    `INSERT INTO images (image_name, category, approval_status)
     SELECT 'plan-' || n, 'category-' || n % 10, 'approved' FROM generate_series(1, 1000) AS n`,
  );
  await client.query(
    `INSERT INTO image_approval_requests (image_id, image_name, tag_name, status, digest, line, variant, bump,
       version_numbers, requested_at, size_bytes, size_change_bytes, platforms_missing, reviewed_by, metadata)
     SELECT 1 + n % 1000, 'plan-' || 1 + n % 1000, '1.' || n, CASE WHEN n % 20 = 0 THEN 'rejected' ELSE 'pending' END,
            'sha256:' || md5(n::text), (n % 7) || '', '', (ARRAY['major','minor','patch','rebuild','repush','other'])[1 + n % 6],
            ARRAY[n % 7, n, 0], now() - n * interval '1 second', 1000000, CASE WHEN n % 3 = 0 THEN n END,
            CASE WHEN n % 100 = 0 THEN ARRAY['linux/s390x'] ELSE '{}' END, CASE WHEN n % 20 = 0 THEN 'ana' || n % 5 END,
            jsonb_build_object('source', 'image_monitor', 'aliases', '[]'::jsonb, 'platforms', '[{"os":"linux","architecture":"amd64"}]'::jsonb)
       FROM generate_series(1, $1::int) AS n`,
    [ROWS],
  );
  await client.query(
    `INSERT INTO image_monitor.audit_log (occurred_at, actor, action, subject_type, subject_id, image_id)
     SELECT now() - n * interval '1 second', 'ana' || n % 50, 'action' || n % 20, 'image', n % 1000, n % 1000
       FROM generate_series(1, $1::int) AS n`,
    [ROWS],
  );
  await vacuum('image_monitor.audit_log');
  await vacuum('image_approval_requests');
}, 600_000);
/**
 * Until the visibility map says that the table is at rest: a VACUUM beside an older transaction leaves pages out, and an
 * index-only scan then reads the table, too.
 */
async function vacuum(table: string): Promise<void> {
  for (let round = 0; round < 100; round++) {
    await client.query(`VACUUM ANALYZE ${table}`);
    const { rows } = await client.query<{ rest: number }>(
      `SELECT relpages - relallvisible AS rest FROM pg_class WHERE oid = $1::regclass`,
      [table],
    );
    if ((rows[0]?.rest ?? 0) <= 1) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${table} does not come to rest`);
}

afterAll(async () => {
  await client.end();
  await database.drop();
});

interface PlanNode {
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  'Subplan Name'?: string;
  'Relation Name'?: string;
  'Actual Loops'?: number;
  Filter?: string;
  Plans?: PlanNode[];
}

/** The statements that `work` sends. */
async function statementsOf(work: (spy: DataSource) => Promise<unknown>): Promise<[string, unknown[]][]> {
  const asked: [string, unknown[]][] = [];
  const spy = {
    query: async (sql: string, values: unknown[]) => {
      asked.push([sql, values]);
      return (await client.query(sql, values)).rows;
    },
  };
  await work(spy as unknown as DataSource);
  return asked;
}

/** What PostgreSQL did for the first statement of `work`. */
async function planOf(work: (spy: DataSource) => Promise<unknown>): Promise<PlanNode> {
  const [[sql, values] = ['SELECT 1', []]] = await statementsOf(work);
  const {
    rows: [row],
  } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
    values,
  );
  if (!row) throw new Error('EXPLAIN answers a plan');
  return row['QUERY PLAN'][0].Plan;
}

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** Pages of the database that the statement of `work` touches, and how long it takes there. */
async function costOf(
  work: (spy: DataSource) => Promise<unknown>,
): Promise<{ pages: number; ms: number; statements: number }> {
  const asked = await statementsOf(work);
  const [sql, values] = asked[0] ?? ['SELECT 1', []];
  const {
    rows: [row],
  } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode; 'Execution Time': number }] }>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
    values,
  );
  const [plan] = row?.['QUERY PLAN'] ?? [];
  if (process.env['PLAN_SHOW']) {
    const { rows: text } = await client.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN (ANALYZE, BUFFERS) ${sql}`,
      values,
    );
    process.stderr.write(`${text.map((one) => one['QUERY PLAN']).join('\n')}\n`);
  }
  // Of a list of requests the page itself: counting on to 10,001 costs what it costs, at any depth the same.
  const page = plan?.Plan.Plans?.find((node) => node['Subplan Name'] === 'CTE page') ?? plan?.Plan;
  return {
    pages: (page?.['Shared Hit Blocks'] ?? 0) + (page?.['Shared Read Blocks'] ?? 0),
    ms: plan?.['Execution Time'] ?? 0,
    statements: asked.length,
  };
}

/** A page in the middle: behind the row that a sort by other means finds there. */
async function middleOf(sort: RequestSort): Promise<RequestPosition> {
  const {
    rows: [row],
  } = await client.query<{
    id: number;
    image_id: number;
    line: string;
    bump: string;
    version: string;
    at: string;
    growth: string | null;
  }>(
    `SELECT id, image_id, line, bump, version_numbers::text AS version, size_change_bytes AS growth,
            to_char(requested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
       FROM image_approval_requests WHERE status = 'pending' AND size_change_bytes IS NOT NULL
      ORDER BY requested_at LIMIT 1 OFFSET $1::int`,
    [Math.trunc(ROWS / 7)],
  );
  if (!row) throw new Error('There are rows');
  if (sort === 'newest' || sort === 'oldest') return { sort, requestedAt: row.at, id: row.id };
  if (sort === 'growth') return { sort, sizeChange: Number(row.growth), id: row.id };
  return {
    sort,
    imageId: row.image_id,
    line: row.line,
    isRepush: row.bump === 'repush',
    version: row.version,
    id: row.id,
  };
}

const told: Record<string, string> = {};
afterAll(() => {
  if (process.env['PLAN_ROWS']) process.stderr.write(`${JSON.stringify(told, null, 1)}\n`);
});

/** 51 rows, each in a page of its own, for up to eight ranges; the 100,000 rows lie in 5,000 pages. */
const MOST_PAGES = 900;

describe(`a page of ${ROWS} requests`, () => {
  const filters: [string, RequestFilter][] = [
    ['all', {}],
    ['pending', { status: ['pending'] }],
    ['two states', { status: ['pending', 'rejected'] }],
    ['one kind', { status: ['pending'], bump: ['major'] }],
    ['two kinds', { status: ['pending'], bump: ['major', 'repush'] }],
    ['an image', { status: ['pending'], imageId: 7 }],
    ['an image by name', { status: ['pending'], imageName: 'plan-7' }],
    ['a group', { status: ['pending'], group: { by: 'line', imageId: 7, imageName: null, value: '3' } }],
    ['a missing platform', { status: ['pending'], missingPlatform: 'linux/s390x' }],
    ['decided by', { status: ['rejected'], decidedBy: 'ana0' }],
    ['a digest', { digest: 'sha256:c4ca4238a0b923820dcc509a6f75849b' }],
  ];

  it.each(
    REQUEST_SORTS.flatMap((sort) => filters.slice(0, 3).map(([name, filter]) => ({ sort, name, filter }))),
  )(
    'in the middle of $name by $sort reads an index as far as the page goes',
    async ({ sort, name, filter }) => {
      const after = await middleOf(sort);
      const cost = await costOf((spy) =>
        listRequests(spy, filter, { sort, view: 'row', after, limit: LIMIT }),
      );
      told[`${name} by ${sort}`] = `${cost.pages} pages, ${cost.ms} ms`;
      expect(cost.statements).toBe(1);
      expect(cost.pages).toBeLessThan(MOST_PAGES);
    },
  );

  it.each(filters)('of %s, newest first, reads an index as far as the page goes', async (name, filter) => {
    const cost = await costOf((spy) =>
      listRequests(spy, filter, { sort: 'newest', view: 'row', after: null, limit: LIMIT }),
    );
    told[name] = `${cost.pages} pages, ${cost.ms} ms`;
    expect(cost.pages).toBeLessThan(MOST_PAGES);
  });
});

describe(`a search in ${ROWS} requests`, () => {
  it('that finds little reads them once, and not once more to count', async () => {
    const filter: RequestFilter = { status: ['pending'], q: 'no-such-image' };
    const found = { ...filter, q: 'plan-77:1.76' };
    const scans = async (searched: RequestFilter): Promise<number> => {
      const plan = await planOf((spy) =>
        listRequests(spy, searched, { sort: 'newest', view: 'row', after: null, limit: LIMIT }),
      );
      return nodesOf(plan)
        .filter(
          (node) => node['Relation Name'] === 'image_approval_requests' && /strpos/.test(node.Filter ?? ''),
        )
        .filter((node) => (node['Actual Loops'] ?? 0) > 0).length;
    };
    expect(await scans(filter)).toBe(1);
    expect(await scans(found)).toBe(1);
    // Where there are more than the page holds, they are counted.
    expect(await scans({ ...filter, q: 'plan' })).toBe(2);
  });
});

describe(`a page of ${ROWS} audit entries`, () => {
  it.each<[string, AuditFilter]>([
    ['all', {}],
    ['an actor', { actor: 'ana7' }],
    ['an action', { action: 'action3' }],
    ['an image', { imageId: 5 }],
    ['a time long ago', { until: new Date(Date.now() - ROWS * 900).toISOString() }],
  ])('of %s reads an index as far as the page goes', async (name, filter) => {
    const cost = await costOf((spy) =>
      listAuditEntries(spy, filter, { after: null, limit: LIMIT, isCounted: true }),
    );
    told[`audit: ${name}`] = `${cost.pages} pages, ${cost.ms} ms`;
    expect(cost.pages).toBeLessThan(MOST_PAGES);
  });
});
