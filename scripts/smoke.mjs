/**
 * `npm run smoke -- http://localhost:4002 [--image 1]`: the manual test of the user's text against a running
 * service, with a look at the shape of each answer. It reads and triggers checks; it decides nothing and deletes
 * nothing. Exit code 0 when all is as it should be, 1 when not, 2 when it cannot start.
 */
import { parseArgs } from 'node:util';

/** Longer than the 10 s that a check is waited for. */
const TIMEOUT_MS = 30_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { image: { type: 'string', default: '1' } },
});
const base = (positionals[0] ?? 'http://localhost:4002').replace(/\/+$/, '');
if (!URL.canParse(base)) {
  console.error(
    `${JSON.stringify(base)} is not an address. Usage: npm run smoke -- http://localhost:4002 [--image 1]`,
  );
  process.exit(2);
}
const api = `${base}/api/v1`;
let failures = 0;

async function ask(method, url) {
  const response = await fetch(url, { method, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const text = await response.text();
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    // Judged by whoever expects JSON.
  }
  return { status: response.status, type: response.headers.get('content-type') ?? '', body };
}

/** One line of the report: the question, what came, and everything that is not as it should be. */
async function look(title, method, url, judge) {
  try {
    const answer = await ask(method, url);
    const wrong = [];
    const note = judge(answer, (isRight, sentence) => {
      if (!isRight) wrong.push(sentence);
    });
    report(wrong.length === 0, title, `${method} ${url} → ${answer.status}${note ? `, ${note}` : ''}`, wrong);
    return answer;
  } catch (error) {
    const why = error?.cause?.code ?? error?.name ?? String(error);
    report(false, title, `${method} ${url}`, [
      `no usable answer: ${why === 'TypeError' ? error.message : why}`,
    ]);
    return null;
  }
}

function report(isGood, title, detail, wrong) {
  if (!isGood) failures++;
  console.log(`${isGood ? 'ok  ' : 'FAIL'}  ${title}\n        ${detail}`);
  for (const sentence of wrong) console.log(`        - ${sentence}`);
}

const isCount = (value) => Number.isInteger(value) && value >= 0;
const isText = (value) => typeof value === 'string' && value.length > 0;

function isProblem({ type, status, body }, expect, wanted) {
  expect(status === wanted, `the status should be ${wanted}`);
  expect(
    type.startsWith('application/problem+json'),
    `the type should be application/problem+json, not ${type}`,
  );
  expect(body?.status === wanted && isText(body?.title), 'the body should have title and status');
}

console.log(`Image monitoring at ${base}\n`);

await look(
  '1. The monitor says how it is',
  'GET',
  `${api}/images/monitor/status`,
  ({ status, body }, expect) => {
    expect(status === 200, 'the status should be 200');
    expect(typeof body?.running === 'boolean', 'running should be true or false');
    expect(
      isCount(body?.checkIntervalMinutes) && body.checkIntervalMinutes > 0,
      'checkIntervalMinutes should be minutes',
    );
    expect(
      body?.nextCheckIn === null || isCount(body?.nextCheckIn),
      'nextCheckIn should be milliseconds or null',
    );
    return `running ${body?.running}, every ${body?.checkIntervalMinutes} min, next check in ${body?.nextCheckIn} ms`;
  },
);

await look(
  '2. One image is checked',
  'POST',
  `${api}/images/${values.image}/check`,
  ({ status, body }, expect) => {
    expect(
      status === 200 || status === 202,
      `the status should be 200 or 202${body?.detail ? `: ${body.detail}` : ''}`,
    );
    expect(isText(body?.message), 'message should be a sentence');
    expect(isText(body?.image_name), 'image_name should be a name');
    if (status === 200) {
      expect(
        body?.message === 'Image check triggered successfully',
        'message should be the one of the documentation',
      );
      expect(isText(body?.check?.outcome), 'check.outcome should be a word');
      for (const field of ['tags_seen', 'new_tags', 'requests_created']) {
        expect(isCount(body?.check?.[field]), `check.${field} should be a number`);
      }
    }
    return body?.check
      ? `${body.image_name}: ${body.check.outcome}, ${body.check.tags_seen ?? '?'} tags, ${body.check.new_tags ?? '?'} new`
      : body?.image_name;
  },
);

await look(
  '3. All images are checked',
  'POST',
  `${api}/images/monitor/trigger`,
  ({ status, body }, expect) => {
    expect(status === 200, 'the status should be 200');
    expect(
      body?.message === 'Manual check triggered successfully',
      'message should be the one of the documentation',
    );
    expect(isCount(body?.images_checked), 'images_checked should be a number');
    return `${body?.images_checked} queued`;
  },
);

await look(
  '4. The pending approval requests are listed',
  'GET',
  `${api}/images/approval-requests?status=pending`,
  ({ status, body }, expect) => {
    expect(status === 200, 'the status should be 200');
    expect(Array.isArray(body?.approval_requests), 'approval_requests should be a list');
    expect(isCount(body?.total), 'total should be a number');
    expect(body?.next_cursor === null || isText(body?.next_cursor), 'next_cursor should be a text or null');
    for (const request of body?.approval_requests ?? []) {
      const name = `request ${request.id}`;
      expect(isCount(Number(request.id)), `${name}: id should be a number`);
      expect(request.status === 'pending', `${name}: status should be pending`);
      if (request.metadata?.source !== 'image_monitor') continue;
      expect(isText(request.tag_name), `${name}: tag_name should be a tag`);
      const { metadata } = request;
      expect(metadata.auto_detected === true, `${name}: metadata.auto_detected should be true`);
      expect(Array.isArray(metadata.architectures), `${name}: metadata.architectures should be a list`);
      for (const field of ['last_updated', 'digest']) {
        expect(
          metadata[field] === null || isText(metadata[field]),
          `${name}: metadata.${field} should be a text or null`,
        );
      }
    }
    const newest = body?.approval_requests?.[0];
    return `${body?.total} pending${newest ? `, as ${newest.image_name}:${newest.tag_name}` : ''}`;
  },
);

await look('5. Images are listed', 'GET', `${api}/images?limit=1`, ({ status, body }, expect) => {
  expect(status === 200, 'the status should be 200');
  expect(Array.isArray(body?.images), 'images should be a list');
  expect(isCount(body?.total), 'total should be a number');
  return `${body?.total} images`;
});

await look(
  '6. An image that is not there is said to be so',
  'GET',
  `${api}/images/2147483646`,
  (answer, expect) => {
    isProblem(answer, expect, 404);
  },
);

await look('7. An id that is none is refused', 'GET', `${api}/images/abc`, (answer, expect) => {
  isProblem(answer, expect, 400);
});

await look('8. The interface is described', 'GET', `${base}/api/openapi.json`, ({ status, body }, expect) => {
  expect(status === 200, 'the status should be 200');
  expect(String(body?.openapi).startsWith('3.1'), 'it should be OpenAPI 3.1');
  return `OpenAPI ${body?.openapi}, ${Object.keys(body?.paths ?? {}).length} paths`;
});

for (const [number, path] of [
  ['9', 'live'],
  ['10', 'ready'],
]) {
  await look(`${number}. The service is ${path}`, 'GET', `${base}/health/${path}`, ({ status }, expect) => {
    expect(status === 200, 'the status should be 200');
  });
}

console.log(failures === 0 ? '\nAll is as it should be.' : `\n${failures} of 10 are not as they should be.`);
process.exitCode = failures === 0 ? 0 : 1;
