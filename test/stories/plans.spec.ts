import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { generateLargeData } from '../support/large-data.js';
import { payOne, readBudget, type BudgetKey } from '../../src/docker-hub/budget.sql.js';
import { findRequest, listRequests } from '../../src/approval-requests/list-requests.sql.js';
import { listImages, type ImagePosition, type ImageSort } from '../../src/images/list-images.sql.js';
import { readOpeningFacts, writeRequests } from '../../src/approval-requests/approval-requests.sql.js';
import { claimBackFill, countBackFills } from '../../src/monitor/back-fill.sql.js';
import { claimDue, claimOneImage, payForPage, releaseLeases } from '../../src/monitor/claim.sql.js';
import {
  closeCheck,
  countImages,
  countTroubles,
  countTurnedNotFound,
  isAnythingDue,
  readKnownTags,
  writeObservedTags,
} from '../../src/monitor/monitor.sql.js';
import { listObservedTags } from '../../src/monitor/observed-tags.sql.js';
import { keepBudgetMinute } from '../../src/monitor/stats.sql.js';
import {
  closeFailedProbe,
  closeProbe,
  readProbedImages,
  releaseNamespaces,
} from '../../src/monitor/probe.sql.js';

/**
 * The plans of the statements that run often, on a data set on which a sequential scan hurts: 20,000 images and
 * 200,000 observed tags, or PLAN_IMAGES images and ten times as many tags. A scan of either table fails the test.
 */
const IMAGES = Number(process.env['PLAN_IMAGES'] ?? 20_000);
const KEY: BudgetKey = { registry: 'docker.io', credential: 'anonymous' };
const TOKEN = '00000000-0000-4000-8000-000000000000';
const CLAIMED_NAMESPACE = {
  namespace: 'ns7',
  leaseToken: TOKEN,
  watermark: null,
  probedAt: null,
  consecutiveFailures: 0,
};

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
  await generateLargeData(app.database.url, {
    images: IMAGES,
    observedTags: IMAGES * 10,
    requests: IMAGES / 2,
  });
}, 600_000);
afterAll(async () => app.close());

/** Runs the work with every statement that it sends explained instead; answers their plans. */
async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
  const plans: string[] = [];
  const runner = app.dataSource.createQueryRunner();
  const explained = {
    query: async (text: string, parameters?: unknown[]): Promise<unknown[]> => {
      const rows = (await runner.query(`EXPLAIN (COSTS OFF) ${text}`, parameters)) as {
        'QUERY PLAN': string;
      }[];
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      return [];
    },
  };
  const original = app.dataSource.query.bind(app.dataSource);
  Object.assign(app.dataSource, { query: explained.query });
  try {
    // Whoever reads the answer finds none; the plan is all that is wanted.
    await work().catch((error: unknown) => {
      if (plans.length === 0) throw error;
    });
  } finally {
    Object.assign(app.dataSource, { query: original });
    await runner.release();
  }
  return plans;
}

const image = {
  id: 500,
  leaseToken: TOKEN,
  checkId: '1',
  reason: 'due' as const,
  imageName: 'ns29/image500',
  namespace: 'ns29',
  probeStamp: null,
} as never;
const result = {
  outcome: 'unchanged',
  startedMsAgo: 1,
  nextCheckInMs: 1,
  readTo: 1,
  inventoryTo: null,
  inventoryState: null,
  consecutiveFailures: 0,
  errorKind: null,
  error: null,
  isRetried: false,
  pagesRead: 1,
  tagsSeen: 1,
  newTags: 0,
  repushedTags: 0,
  isTruncated: false,
} as never;
const names = Array.from({ length: 100 }, (_, i) => `1.${i}.0`);
const tags = names.map((name) => ({
  name,
  digest: null,
  lastUpdated: null,
  sizeBytes: 1,
  platforms: [],
  isImage: true,
}));
const after = { sort: 'oldest' as const, requestedAt: '2026-01-01T00:00:00Z', id: 500 };
const db = (): TestApp['dataSource'] => app.dataSource;
const asTransaction = (): never => app.dataSource as never;

const imagesBy = (sort: ImageSort, after: ImagePosition | null) => (): Promise<unknown> =>
  listImages(db(), {}, { sort, after, limit: 50 });

const STATEMENTS: Record<string, () => Promise<unknown>> = {
  'the beat': () => claimDue(db(), KEY, { slots: 8, isProbing: true }),
  'the beat without probing': () => claimDue(db(), KEY, { slots: 64, isProbing: false }),
  'the counts of the status': () => countImages(db()),
  'the failing images of the status': () => countTroubles(db()),
  "the budget's minute": () => keepBudgetMinute(db(), KEY),
  'the look for what is due': () => isAnythingDue(db()),
  'a check by hand': () => claimOneImage(db(), KEY, 500),
  'the payment of a page': () => payForPage(db(), KEY, image),
  'the payment of a request': () => payOne(db(), KEY),
  'the budget': () => readBudget(db(), KEY),
  'the known tags': () => readKnownTags(db(), 500, names),
  'the end of a check': () => closeCheck(db(), image, result),
  'the tags of a check': () => writeObservedTags(asTransaction(), 500, tags, new Set(), null),
  'what requests are opened from': () =>
    readOpeningFacts(asTransaction(), 500, names, ['sha256:1', 'sha256:2']),
  'the opened requests': () =>
    writeRequests(asTransaction(), { id: 500, imageName: 'ns29/image500' }, [], []),
  'the images of a probe': () => readProbedImages(db(), KEY.registry, 'ns7'),
  'the end of a probe': () =>
    closeProbe(db(), KEY.registry, CLAIMED_NAMESPACE, {
      startedMsAgo: 1,
      watermark: 1,
      findings: [{ id: 500, hasMoved: false, stamp: null }],
      defaultIntervalMinutes: 60,
      spread: 1,
    }),
  'the end of a failed probe': () =>
    closeFailedProbe(db(), KEY.registry, CLAIMED_NAMESPACE, { retryInMs: null, error: 'x', isFailure: true }),
  'leases handed back': () => releaseLeases(db(), [TOKEN]),
  'namespaces handed back': () => releaseNamespaces(db(), [TOKEN]),
  'the next page of a back-fill': () => claimBackFill(db(), KEY),
  'how many back-fills there are': () => countBackFills(db()),
  'images that turned 404': () => countTurnedNotFound(db(), 500),
  'pending requests, first page': () =>
    listRequests(db(), { status: ['pending'] }, { sort: 'newest', view: 'full', after: null, limit: 50 }),
  'pending requests, any page': () =>
    listRequests(db(), { status: ['pending'] }, { sort: 'oldest', view: 'full', after, limit: 50 }),
  'requests of an image': () =>
    listRequests(
      db(),
      { imageId: 500, status: ['pending'] },
      { sort: 'newest', view: 'full', after: { ...after, sort: 'newest' as const }, limit: 50 },
    ),
  'images by name': imagesBy('name', ['docker.io', 'ns29/image500']),
  'images, added last first': imagesBy('newest', [500]),
  'images, checked last first': imagesBy('last_check', ['2026-01-01T00:00:00.000000Z', 500]),
  'images, first page of those checked last': imagesBy('last_check', null),
  'images, next in turn first': imagesBy('next_check', [0, '2026-01-01T00:00:00.000000Z', 500]),
  'images, first page of those next in turn': imagesBy('next_check', null),
  'images that fail': () => listImages(db(), { isFailing: true }, { sort: 'name', after: null, limit: 50 }),
  'images that fail for one cause': () =>
    listImages(db(), { errorKind: 'not_found' }, { sort: 'name', after: null, limit: 12 }),
  'one request': () => findRequest(db(), 500),
  'observed tags, any page': () =>
    listObservedTags(
      db(),
      500,
      {},
      { after: { lastUpdated: '2026-01-01T00:00:00Z', tagName: 'x' }, limit: 50 },
    ),
};

describe(`with ${IMAGES} images and ${IMAGES * 10} observed tags, no scan of a whole table`, () => {
  it.each(Object.keys(STATEMENTS))('for %s', async (name) => {
    const plans = await plansOf(() => STATEMENTS[name]?.() ?? Promise.resolve());
    for (const whole of plans) {
      // The count of a list stops at 10,000 rows; where most rows count, the table is the shortest way to them.
      const plan = whole.replace(/Limit\n\s+->\s+Seq Scan on (?:image_approval_requests|images)\b/g, '');
      expect(plan).not.toMatch(
        /Seq Scan on (images|observed_tags|image_approval_requests|image_tags|checks)\b/,
      );
    }
  });
});
