import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => app.close());

describe('looking an image up before it is added', () => {
  it('says how the name is read and what Docker Hub knows, and adds nothing', async () => {
    app.hub.push('acme/looked-up', '1.0.0');
    app.hub.push('acme/looked-up', '1.1.0');
    const before = app.hub.count();
    const answer = await app.api('POST', '/images?dry_run=true', {
      image_name: 'docker.io/acme/looked-up',
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      parsed: { registry: 'docker.io', namespace: 'acme', image_name: 'acme/looked-up' },
      image_id: null,
      found: true,
      official: false,
      description: null,
      tag_count: 2,
    });
    expect(app.hub.count() - before).toBe(2);
    expect((await app.api('GET', '/images?search=looked-up')).body.total).toBe(0);
  });

  it('says what is not there, and what is there already', async () => {
    const missing = await app.api('POST', '/images?dry_run=true', { image_name: 'nowhere-to-be-found' });
    expect(missing.body).toMatchObject({ found: false, official: true, tag_count: null });
    app.hub.push('known', '1.0.0');
    const id = await app.addImage('known');
    const known = await app.api('POST', '/images?dry_run=true', { image_name: 'known' });
    expect(known.body).toMatchObject({ image_id: id, found: true, tag_count: 1 });
    expect((await app.api('POST', '/images?dry_run=true', { image_name: 'Not A Name' })).status).toBe(400);
    expect((await app.api('POST', '/images?dry_run=maybe', { image_name: 'redis' })).status).toBe(400);
  });

  it('answers 503 where Docker Hub gives no answer', async () => {
    const fault = app.hub.fail({ match: { kind: 'repository' }, fault: 503 });
    const answer = await app.api('POST', '/images?dry_run=true', { image_name: 'redis' });
    fault.cancel();
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ code: 'docker_hub_unavailable', reason: 'unavailable' });
  });
});
