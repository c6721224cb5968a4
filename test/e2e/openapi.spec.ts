import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import createClient, { type Client } from 'openapi-fetch';
import { openApiDocument } from '../../src/http/openapi.js';
import type { paths } from '../support/api-types.js';
import { startApp, type TestApp } from '../support/app.js';
import { Contract } from '../support/contract.js';
import { committedFiles, filesOf, writeFiles } from '../support/openapi-files.js';

const SECRET = 'c2VjcmV0LW9mLXRoZS13ZWJob29r';
const DIGEST = `sha256:${'0'.repeat(64)}`;

let app: TestApp;
let contract: Contract;
let api: Client<paths>;
/** Operations that have answered with 2xx, and everything that an answer did which the document does not say. */
const seen = new Set<string>();
const complaints: string[] = [];

beforeAll(async () => {
  app = await startApp({ settings: { webhookToken: SECRET } });
  contract = new Contract(openApiDocument(app.app));
  api = createClient<paths>({ baseUrl: app.url, fetch: checkedFetch });
});
afterAll(async () => app.close());

/** Every answer to the typed client is held to the document as it passes. */
async function checkedFetch(request: Request): Promise<Response> {
  const { method } = request;
  const answer = await fetch(request);
  const path = new URL(request.url).pathname;
  const operation = contract.find(method, path);
  if (operation === null) complaints.push(`${method} ${path} is not in the document`);
  else {
    const text = await answer.clone().text();
    const type = answer.headers.get('content-type') ?? '';
    if (answer.ok) seen.add(`${operation.method} ${operation.path}`);
    complaints.push(
      ...contract
        .complaints(operation, { status: answer.status, type, text })
        .map((what) => `${method} ${path}: ${what}`),
    );
  }
  return answer;
}

describe('the OpenAPI document', () => {
  it('is the committed one, and so are the types made from it', async () => {
    const made = await filesOf(openApiDocument(app.app));
    if (process.env['UPDATE_OPENAPI']) await writeFiles(made);
    // A difference that is meant is written by `npm run openapi`, and seen in the diff by whoever reads it.
    expect(await committedFiles()).toEqual(made);
  }, 60_000);

  it('has for every operation what it answers, who may call it, and its problems', () => {
    expect(contract.operations.length).toBeGreaterThan(25);
    for (const { method, path, role, answers } of contract.operations) {
      const good = Object.keys(answers).filter((status) => status.startsWith('2'));
      expect([method, path, good.length]).toEqual([method, path, expect.any(Number)]);
      expect(good.length).toBeGreaterThan(0);
      for (const status of good) expect(Object.values(answers[status] ?? {})[0]).toBeDefined();
      const problems = Object.keys(answers).filter(
        (status) => 'application/problem+json' in (answers[status] ?? {}),
      );
      const expected = path.startsWith('/health/')
        ? ['429']
        : role === null
          ? ['429', '503']
          : ['401', '403', '429'];
      expect([method, path, problems]).toEqual([method, path, expect.arrayContaining(expected)]);
    }
  });

  it('has a description, a type or a reference for every field', () => {
    for (const [name, { properties = {} }] of Object.entries(contract.schemas)) {
      for (const [field, schema] of Object.entries(properties)) {
        expect([name, field, Boolean(schema.type ?? schema.$ref ?? schema.anyOf ?? schema.allOf)]).toEqual([
          name,
          field,
          true,
        ]);
      }
    }
  });
});

/** The id of an image that was made; a dry run answers with what would be. */
function idOf(data: { image: { id: number } } | { found: boolean } | undefined): number {
  return data && 'image' in data ? data.image.id : 0;
}

describe('a client generated from the document', () => {
  it('adds, checks, approves, asks the gate and revokes, and every answer is as the document says', async () => {
    app.hub.push('redis', '7.4.1-alpine', { at: Date.now() - 3_600_000 });
    const made = await api.POST('/api/v1/images', {
      body: { image_name: 'redis', approval_status: 'approved' },
    });
    expect(made.response.status).toBe(201);
    const id = idOf(made.data);
    const checked = await api.POST('/api/v1/images/{imageId}/check', { params: { path: { imageId: id } } });
    expect(checked.data?.check).toMatchObject({ outcome: 'changed', requests_created: 1 });

    const asked = await api.GET('/api/v1/images/approval-requests', {
      params: { query: { status: ['pending'], image_id: id } },
    });
    const request = asked.data?.approval_requests[0];
    const requestPath = { params: { path: { id: request?.id ?? 0 } } };
    expect(request?.tag_name).toBe('7.4.1-alpine');
    await api.GET('/api/v1/images/approval-requests/{id}', requestPath);
    const wrong = await api.POST('/api/v1/images/approval-requests/{id}/approve', {
      ...requestPath,
      body: { expected_digest: DIGEST },
    });
    expect(wrong.response.status).toBe(409);
    const decided = await api.POST('/api/v1/images/approval-requests/{id}/approve', {
      ...requestPath,
      body: { notes: 'looks good' },
    });
    expect(decided.data?.approval_request.status).toBe('approved');

    const query = { image: 'redis', tag: '7.4.1-alpine' };
    const gate = await api.GET('/api/v1/gate', { params: { query } });
    expect(gate.data?.verdict).toBe('allowed');
    const pushed = await api.POST('/api/v1/webhooks/docker-registry/{token}', {
      params: { path: { token: SECRET } },
      body: { push_data: { tag: '7.4.1-alpine' }, repository: { repo_name: 'redis' } },
    });
    expect(pushed.data?.rollout).toBe('requested');

    const one = await api.GET('/api/v1/images/{id}', { params: { path: { id } } });
    const tag = one.data?.image.tags[0];
    const tagPath = { params: { path: { id, tagId: tag?.id ?? 0 } } };
    await api.PUT('/api/v1/images/{id}/tags/{tagId}', { ...tagPath, body: { is_recommended: true } });
    const revoked = await api.DELETE('/api/v1/images/{id}/tags/{tagId}', tagPath);
    expect(revoked.data?.tag.status).toBe('revoked');
    const refused = await api.GET('/api/v1/gate', { params: { query } });
    expect(refused.data?.reason).toBe('tag_revoked');
    expect(complaints).toEqual([]);
  });

  it('reaches everything else, too', async () => {
    app.hub.push('nginx', '1.27.0', { at: Date.now() - 3_600_000 });
    const made = await api.POST('/api/v1/images', {
      body: { image_name: 'nginx', category: 'web', approval_status: 'approved' },
    });
    const id = idOf(made.data);
    const imageId = { params: { path: { imageId: id } } };
    await api.POST('/api/v1/images/{imageId}/check', imageId);
    const checks = await api.GET('/api/v1/images/{imageId}/checks', imageId);
    await api.GET('/api/v1/images/{imageId}/checks/{id}', {
      params: { path: { imageId: id, id: checks.data?.checks[0]?.id ?? '' } },
    });
    await api.GET('/api/v1/images/{imageId}/observed-tags', imageId);
    const asked = await api.GET('/api/v1/images/approval-requests', { params: { query: { image_id: id } } });
    const requestId = asked.data?.approval_requests[0]?.id ?? 0;
    await api.POST('/api/v1/images/approval-requests/bulk', {
      body: { action: 'approve', ids: [{ id: requestId }], dry_run: true },
    });
    await api.POST('/api/v1/images/approval-requests/{id}/reject', {
      params: { path: { id: requestId } },
      body: { rejection_reason: 'We stay on 1.26.' },
    });
    await api.POST('/api/v1/images/approval-requests/{id}/reopen', {
      params: { path: { id: requestId } },
      body: {},
    });
    await api.GET('/api/v1/images/approval-requests', { params: { query: { view: 'row', q: 'ngi' } } });
    await api.GET('/api/v1/images/approval-requests/groups', { params: { query: { by: 'line' } } });
    await api.GET('/api/v1/images/approval-requests/facets');
    await api.POST('/api/v1/images', { params: { query: { dry_run: true } }, body: { image_name: 'nginx' } });
    await api.POST('/api/v1/images/{imageId}/filter-preview', { ...imageId, body: { tag_include: ['^1'] } });
    await api.GET('/api/v1/images/{imageId}/size-history', imageId);
    await api.GET('/api/v1/images/monitor/upcoming');
    await api.GET('/api/v1/images/checks');
    await api.GET('/api/v1/stats/tags');
    await api.GET('/api/v1/stats/budget');
    await api.GET('/api/v1/audit-log');
    await api.POST('/api/v1/images/{id}/tags', { params: { path: { id } }, body: { tag: '1.27.0' } });
    await api.PUT('/api/v1/images/{id}', { params: { path: { id } }, body: { description: 'A web server' } });
    await api.PUT('/api/v1/images/{imageId}/monitoring', { ...imageId, body: { watch_for_updates: false } });
    await api.GET('/api/v1/images', { params: { query: { search: 'ngi', limit: 1 } } });
    await api.GET('/api/v1/images/categories');
    await api.GET('/api/v1/images/monitor/status');
    await api.POST('/api/v1/images/monitor/trigger');
    await api.GET('/api/v1/dead-letters');
    await api.GET('/api/v1/session');
    await api.DELETE('/api/v1/session');
    await api.GET('/health/live');
    await api.GET('/health/ready');
    await api.GET('/metrics', { parseAs: 'text' });
    const kept = await api.DELETE('/api/v1/images/{id}', { params: { path: { id } } });
    expect(kept.error?.code).toBeDefined();
    await api.DELETE('/api/v1/images/{id}', { params: { path: { id }, query: { force: true } } });
    const gone = await api.GET('/api/v1/images/{id}', { params: { path: { id } } });
    expect(gone.error).toMatchObject({ status: 404, code: 'image_not_found' });
    expect(complaints).toEqual([]);

    // A stream has no end, a session takes a token, and nothing is dead here: other tests have them.
    const elsewhere = ['GET /api/v1/events', 'POST /api/v1/session', 'POST /api/v1/dead-letters/{id}/replay'];
    const untried = contract.operations
      .map(({ method, path }) => `${method} ${path}`)
      .filter((operation) => !seen.has(operation) && !elsewhere.includes(operation));
    expect(untried).toEqual([]);
  });
});
