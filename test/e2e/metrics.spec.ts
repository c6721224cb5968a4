import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DecideRequests } from '../../src/approval-requests/decide-requests.js';
import { DomainEvents } from '../../src/events/domain-events.service.js';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => app.close());

async function scrape(): Promise<string> {
  const answer = await fetch(`${app.url}/metrics`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return answer.text();
}

function valueOf(text: string, sample: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
  return line === undefined ? Number.NaN : Number(line.slice(sample.length + 1));
}

describe('the metrics', () => {
  it('count checks, requests and verdicts', async () => {
    app.hub.push('redis', '7.4.1');
    const imageId = await app.addImage('redis', { next_check_at: new Date(Date.now() - 90_000) });
    const before = await scrape();
    expect(valueOf(before, 'image_monitoring_oldest_overdue_image_seconds')).toBeGreaterThanOrEqual(90);

    await app.api('POST', `/images/${imageId}/check`);
    await app.api('POST', '/images/approval-requests/1/approve', {});
    await app.app.get(DecideRequests).run({ action: 'reopen', requests: [{ id: 1 }], actor: 'local' });
    app.app.get(DomainEvents).signal({ name: 'gate.judged', verdict: 'refused', reason: 'tag_not_approved' });

    const text = await scrape();
    expect(valueOf(text, 'image_monitoring_checks_total{outcome="changed"}')).toBe(1);
    expect(valueOf(text, 'image_monitoring_approval_requests_opened_total')).toBe(1);
    expect(valueOf(text, 'image_monitoring_approval_requests_decided_total{decision="approved"}')).toBe(1);
    expect(valueOf(text, 'image_monitoring_approval_requests_decided_total{decision="reopened"}')).toBe(1);
    expect(
      valueOf(text, 'image_monitoring_gate_verdicts_total{verdict="refused",reason="tag_not_approved"}'),
    ).toBe(1);
    expect(valueOf(text, 'image_monitoring_oldest_overdue_image_seconds')).toBe(0);
    expect(valueOf(text, 'image_monitoring_request_budget_limit')).toBe(100_000);
    expect(valueOf(text, 'image_monitoring_request_budget_paused')).toBe(0);
    expect(valueOf(text, 'image_monitoring_outbox_dead_letters')).toBe(0);
    expect(
      valueOf(text, 'image_monitoring_outbox_jobs{queue="domain-events",state="waiting"}'),
    ).toBeGreaterThanOrEqual(0);
  });

  it('time requests by the pattern of their route, and never by a name from outside', async () => {
    await app.api('GET', '/images/4711');
    await app.api('GET', '/no-such-page/redis-secret');

    const text = await scrape();

    const count = 'image_monitoring_http_request_duration_seconds_count';
    expect(valueOf(text, `${count}{method="GET",route="/api/v1/images/:id",status_class="4xx"}`)).toBe(1);
    expect(valueOf(text, `${count}{method="GET",route="none",status_class="4xx"}`)).toBe(1);
    expect(text).not.toMatch(/4711|redis/);
    expect(
      valueOf(text, 'image_monitoring_database_query_duration_seconds_count{kind="select"}'),
    ).toBeGreaterThan(0);
    expect(
      valueOf(text, 'image_monitoring_database_query_duration_seconds_count{kind="commit"}'),
    ).toBeGreaterThan(0);
  });

  it('follow the conventions of Prometheus: help and type for each, counters end in _total, times in seconds', async () => {
    const text = await scrape();
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => ({ name, type }));
    expect(types.length).toBeGreaterThan(10);
    for (const { name, type } of types) {
      expect(name).toMatch(/^image_monitoring_[a-z_]+$/);
      expect(text).toContain(`# HELP ${name} `);
      expect(name?.endsWith('_total')).toBe(type === 'counter');
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    }
  });

  it('do not clash with those of a second application in the same process', async () => {
    const second = await startApp();
    const answer = await fetch(`${second.url}/metrics`);
    const text = await answer.text();
    await second.close();

    expect(valueOf(text, 'image_monitoring_approval_requests_opened_total')).toBe(0);
  });
});
