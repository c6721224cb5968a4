import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  Body,
  Get,
  Injectable,
  Logger,
  Module,
  Post,
  Put,
  Query,
  Res,
  type LoggerService,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsString,
  Length,
  ValidateNested,
} from 'class-validator';
import type { ServerResponse } from 'node:http';
import { Refusal } from '../../src/domain/refusals.js';
import { AUTHENTICATE } from '../../src/http/access.guard.js';
import { CurrentActor, Role, type Actor } from '../../src/http/actor.js';
import { ApiController } from '../../src/http/api-controller.js';
import { configureHttp } from '../../src/http/configure-http.js';
import { CursorKind, PageQuery } from '../../src/http/cursor.js';
import { IdParam } from '../../src/http/id.pipe.js';
import { ApiProblems, setUpOpenApi } from '../../src/http/openapi.js';
import { RequestId } from '../../src/http/request-id.js';
import { IfGiven } from '../../src/http/schema.pipe.js';

class MonitoringBody {
  @IsBoolean()
  watch_for_updates!: boolean;
}

class Item {
  @IsInt()
  id!: number;

  @IfGiven()
  @IsString()
  @Length(1, 100)
  expected_digest?: string;
}

class BulkBody {
  @IsIn(['approve', 'reject'])
  action!: string;

  @IsArray()
  @ArrayMaxSize(3)
  @ValidateNested({ each: true })
  @Type(() => Item)
  ids!: Item[];

  @IfGiven()
  @ValidateNested()
  @Type(() => Item)
  filter?: Item;
}

class ListQuery extends PageQuery {
  @IfGiven()
  @IsBoolean()
  dry_run?: boolean;

  @IfGiven()
  @IsArray()
  @IsString({ each: true })
  status?: string[];

  @IfGiven()
  @IsString()
  search?: string;
}

class ImageDocument {
  @ApiProperty({ nullable: true, type: String, format: 'date-time' })
  last_checked_at!: string | null;

  @ApiProperty({ nullable: true, enum: ['most_recent', 'all'] })
  request_policy!: string | null;

  @ApiProperty({ nullable: true, type: () => ImageDocument })
  parent!: ImageDocument | null;
}

/** What PostgreSQL's driver throws, as TypeORM wraps it. */
function queryFailed(code: string): Error {
  const driverError = Object.assign(new Error('secret table name'), { code, severity: 'ERROR' });
  return Object.assign(new Error('secret table name'), { name: 'QueryFailedError', driverError });
}

const cursors = new CursorKind('things:newest', ['time', 'integer'] as const);

@Injectable()
@ApiController('things')
@Role('viewer')
@ApiProblems(400, 404)
class ThingsController {
  @Get()
  @Role('viewer')
  list(@Query() query: ListQuery) {
    return { query, after: cursors.read(query.cursor) };
  }

  @Get('who')
  who(@CurrentActor() actor: Actor, @RequestId() requestId: string) {
    return { actor, request_id: requestId };
  }

  @Get('refused')
  refused(@Query('kind') kind: Refusal['kind']) {
    throw new Refusal(kind, 'already_decided', 'No.', {
      details: { current: { id: 1 }, status: 200, retry_after_seconds: 3 },
    });
  }

  @Get('broken')
  broken() {
    throw new Error('password=hunter2');
  }

  @Get('odd')
  odd() {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- what is tried
    throw 'a string with hunter2';
  }

  @Get('database')
  database(@Query('code') code: string) {
    throw queryFailed(code);
  }

  @Get('stream')
  stream(@Res() response: ServerResponse) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: 1\n\n');
    throw new Error('after the headers');
  }

  @Get(':thingId')
  one(@IdParam('thingId') id: number): ImageDocument & { id: number } {
    return { id, last_checked_at: null, request_policy: null, parent: null };
  }

  @Put(':thingId/monitoring')
  monitoring(@IdParam('thingId') id: number, @Body() body: MonitoringBody) {
    return { id, ...body };
  }

  @Post('bulk')
  bulk(@Body() body: BulkBody) {
    return { first: body.ids[0] instanceof Item, body };
  }

  @Post('trigger')
  trigger() {
    return { message: 'ok' };
  }
}

const local: Actor = { name: 'local', role: 'admin', kind: 'local' };

@Module({
  controllers: [ThingsController],
  providers: [{ provide: AUTHENTICATE, useValue: () => local }],
})
class ThingsModule {}

const logged: string[] = [];
const listener: LoggerService = {
  log: () => undefined,
  warn: (message: unknown) => void logged.push(String(message)),
  error: (...parts: unknown[]) => void logged.push(parts.map(String).join('\n')),
};

let app: NestExpressApplication;
let port: number;

beforeAll(async () => {
  app = await NestFactory.create<NestExpressApplication>(ThingsModule, {
    bodyParser: false,
    logger: listener,
  });
  configureHttp(app, { host: '127.0.0.1', trustProxy: null });
  setUpOpenApi(app);
  await app.listen(0, '127.0.0.1');
  port = (app.getHttpServer().address() as AddressInfo).port;
});

afterAll(async () => {
  await app.close();
  Logger.overrideLogger(['log', 'error', 'warn']);
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // A test reads what it expects; the shape is what is tried.
  body: Record<string, unknown> & { errors?: { field: string; message: string }[] };
}

/** Node's own client, since fetch sets `Host` itself and repairs URLs. */
function call(
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const sent = text === undefined ? headers : { 'Content-Type': 'application/json', ...headers };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', method, path, headers: sent }, (response) => {
      let received = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (received += piece));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: received,
          body: (/json/.test(response.headers['content-type'] ?? '') && received
            ? JSON.parse(received)
            : {}) as Answer['body'],
        }),
      );
    });
    request.on('error', reject);
    request.end(text);
  });
}

const things = '/api/v1/things';
const get = (path: string, headers?: Record<string, string>) => call('GET', path, { headers });

describe('a problem', () => {
  test('says what is wrong as RFC 9457 has it, with the id of the request', async () => {
    const answer = await get(`${things}/refused?kind=conflict`, { 'X-Request-Id': 'mine-1' });
    expect(answer.status).toBe(409);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.headers['x-request-id']).toBe('mine-1');
    expect(answer.headers['x-powered-by']).toBeUndefined();
    expect(answer.body).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      code: 'already_decided',
      detail: 'No.',
      current: { id: 1 },
      retry_after_seconds: 3,
      request_id: 'mine-1',
    });
  });

  test.each([
    ['invalid', 400],
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['not_found', 404],
    ['too_many', 429],
    ['unavailable', 503],
  ])('of kind %s is %i', async (kind, status) => {
    const answer = await get(`${things}/refused?kind=${kind}`);
    expect(answer.status).toBe(status);
    expect(answer.headers['retry-after']).toBe('3');
    expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined);
  });

  test.each(['broken', 'odd'])(
    'that is a bug (%s) tells nothing outside and is logged once',
    async (route) => {
      logged.length = 0;
      const answer = await get(`${things}/${route}?token=s3cret`, { 'X-Request-Id': 'bug-1' });
      expect(answer.status).toBe(500);
      expect(answer.body['code']).toBe('internal_error');
      expect(answer.text).not.toMatch(/hunter2|\.ts/);
      expect(logged).toHaveLength(1);
      expect(logged[0]).toContain(`GET ${things}/${route} failed (request bug-1)`);
      expect(logged[0]).toContain('hunter2');
      expect(logged[0]).not.toContain('s3cret');
    },
  );

  test.each([
    ['22003', 400],
    ['22021', 400],
    ['23505', 409],
    ['57P01', 503],
    ['40P01', 503],
    ['42P01', 500],
  ])('of PostgreSQL, state %s, is %i and never in its words', async (code, status) => {
    const answer = await get(`${things}/database?code=${code}`);
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain('secret');
  });

  test.each([
    ['GET', '/api/v1/nothing?token=s3cret', 404, 'unknown_route'],
    ['GET', '/nothing', 404, 'unknown_route'],
    ['DELETE', things, 404, 'unknown_route'],
    ['GET', `${things}/%FF`, 400, 'invalid_request'],
    ['GET', `${things}/%00`, 400, 'invalid_request'],
    ['GET', '/health/nothing', 404, 'unknown_route'],
  ])('%s %s is %i', async (method, path, status, code) => {
    const answer = await call(method, path);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body['code']).toBe(code);
    expect(answer.text).not.toContain('s3cret');
  });

  test('asked for with HEAD has no body', async () => {
    const answer = await call('HEAD', `${things}/0`);
    expect(answer).toMatchObject({ status: 400, text: '' });
  });

  test('after the headers of a stream ends it', async () => {
    const answer = await get(`${things}/stream`);
    expect(answer).toMatchObject({ status: 200, text: 'data: 1\n\n' });
  });
});

describe('a body', () => {
  const put = (body: unknown, headers?: Record<string, string>) =>
    call('PUT', `${things}/1/monitoring`, { body, headers });

  test('that is right arrives as it was sent', async () => {
    expect(await put({ watch_for_updates: true })).toMatchObject({
      status: 200,
      body: { id: 1, watch_for_updates: true },
    });
  });

  test.each<[string, unknown, string, RegExp]>([
    [
      'a word for a boolean',
      { watch_for_updates: 'yes' },
      'watch_for_updates',
      /^must be a boolean value, got "yes"$/,
    ],
    ['"true" for a boolean', { watch_for_updates: 'true' }, 'watch_for_updates', /must be a boolean value/],
    ['1 for a boolean', { watch_for_updates: 1 }, 'watch_for_updates', /must be a boolean value, got 1/],
    ['null', { watch_for_updates: null }, 'watch_for_updates', /must be a boolean value, got null/],
    ['nothing', {}, 'watch_for_updates', /got nothing/],
    [
      'an unknown field',
      { watch_for_updates: true, x: 1 },
      'x',
      /is not a field of this request, which takes watch_for_updates$/,
    ],
    ['__proto__', '{"watch_for_updates":true,"__proto__":{"a":1}}', '__proto__', /is not a field/],
    ['constructor', { watch_for_updates: true, constructor: {} }, 'constructor', /is not a field/],
    ['a zero byte', { watch_for_updates: 'a\u0000' }, 'watch_for_updates', /zero bytes/],
    ['half a character', { watch_for_updates: 'a\ud800' }, 'watch_for_updates', /halves of characters/],
  ])('with %s is refused by field', async (_, body, field, message) => {
    const answer = await put(body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toHaveLength(1);
    expect(answer.body.errors?.[0]?.field).toBe(field);
    expect(answer.body.errors?.[0]?.message).toMatch(message);
  });

  test.each([
    ['a list', []],
    ['null', 'null'],
    ['a number', '7'],
    ['a word', '"x"'],
    ['broken', '{"watch_for_updates": tru'],
    ['deep', `{"watch_for_updates":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
  ])('that is %s is a 400', async (_, body) => {
    const answer = await put(body);
    expect(answer.status).toBe(400);
    expect(answer.body['code']).toBe('invalid_request');
  });

  test('that is broken is not repeated in the answer', async () => {
    expect((await put('{"token": s3cret}')).body['detail']).toBe('The body is not valid JSON.');
  });

  test('of 2 MB is a 413, and one of 900 kB is read', async () => {
    expect(await put({ x: 'a'.repeat(2_000_000) })).toMatchObject({
      status: 413,
      body: { code: 'body_too_large' },
    });
    expect((await put({ x: 'a'.repeat(900_000) })).status).toBe(400);
  });

  test.each([
    ['a form', 'application/x-www-form-urlencoded'],
    ['text, as a page may send it unasked', 'text/plain'],
    ['several parts', 'multipart/form-data; boundary=x'],
    ['another charset', 'application/json; charset=koi8-r'],
  ])('as %s is a 415', async (_, type) => {
    expect((await put('watch_for_updates=true', { 'Content-Type': type })).status).toBe(415);
  });

  test('need not be there where none is wanted, as curl -d "" sends it', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '0' };
    expect((await call('POST', `${things}/trigger`, { headers })).status).toBe(201);
    expect((await call('POST', `${things}/trigger`)).status).toBe(201);
  });

  test('with things inside it is read into their classes and refused by their place', async () => {
    const bulk = (body: unknown) => call('POST', `${things}/bulk`, { body });
    expect(await bulk({ action: 'approve', ids: [{ id: 1 }] })).toMatchObject({
      status: 201,
      body: { first: true },
    });

    const fieldOf = async (body: unknown) => (await bulk(body)).body.errors?.map(({ field }) => field);
    const action = 'approve';
    expect(await fieldOf({ action, ids: [{ id: 1 }, { id: 'x' }] })).toEqual(['ids[1].id']);
    expect(await fieldOf({ action, ids: [{ id: 1, y: 2 }] })).toEqual(['ids[0].y']);
    expect(await fieldOf({ action, ids: [{ id: 1, expected_digest: null }] })).toEqual([
      'ids[0].expected_digest',
    ]);
    expect(await fieldOf({ action, ids: [1] })).toEqual(['ids[0]']);
    expect(await fieldOf({ action, ids: [null] })).toEqual(['ids[0]']);
    expect(await fieldOf({ action, ids: [[{ id: 1 }]] })).toEqual(['ids[0]']);
    expect(await fieldOf({ action, ids: { id: 1 } })).toEqual(['ids']);
    expect(await fieldOf({ action, ids: [], filter: [{ id: 1 }] })).toEqual(['filter']);
    expect(await fieldOf({ action, ids: [], filter: { id: '1' } })).toEqual(['filter.id']);
    expect(await fieldOf({ action: 'x', ids: 1 })).toEqual(['ids']);
    expect(await fieldOf({ action: 'x', ids: [] })).toEqual(['action']);
    expect(await fieldOf({ action, ids: [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }] })).toEqual(['ids']);
  });
});

describe('a query', () => {
  test('has its defaults, and its texts become what the field is', async () => {
    expect((await get(things)).body).toMatchObject({ query: { limit: 50 }, after: null });
    expect((await get(`${things}?limit=7&dry_run=false&status=pending&search=12`)).body).toMatchObject({
      query: { limit: 7, dry_run: false, status: ['pending'], search: '12' },
    });
    expect((await get(`${things}?status=pending&status=rejected`)).body).toMatchObject({
      query: { status: ['pending', 'rejected'] },
    });
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=abc', 'limit'],
    ['limit=', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['dry_run=yes', 'dry_run'],
    ['dry_run=1', 'dry_run'],
    ['dry_run=', 'dry_run'],
    ['search=a&search=b', 'search'],
    ['search=%00', 'search'],
    ['search[a]=b', 'search[a]'],
    ['nonsense=1', 'nonsense'],
    ['__proto__=1', '__proto__'],
    ['constructor=1', 'constructor'],
    ['toString=1', 'toString'],
    ['hasOwnProperty=1', 'hasOwnProperty'],
    ['cursor=x', 'cursor'],
    ['cursor=', 'cursor'],
  ])('%s is refused by name', async (query, field) => {
    const answer = await get(`${things}?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((one) => one.field)).toEqual([field]);
  });

  test('takes no cursor longer than one can be', async () => {
    expect((await get(`${things}?cursor=${'a'.repeat(3_000)}`)).status).toBe(400);
  });

  test('takes the cursor it was given', async () => {
    const cursor = cursors.write(['2026-10-17T18:00:00.123456Z', 7]);
    expect((await get(`${things}?cursor=${cursor}`)).body['after']).toEqual([
      '2026-10-17T18:00:00.123456Z',
      7,
    ]);
  });
});

describe('an id', () => {
  test.each([
    ['1', 200],
    ['2147483647', 200],
    ['2147483648', 404],
    ['99999999999', 404],
    ['0', 400],
    ['-1', 400],
    ['01', 400],
    ['+1', 400],
    ['1.0', 400],
    ['1e3', 400],
    ['abc', 400],
    ['%31%00', 400],
    ['٣', 400],
  ])('%s is %i', async (id, status) => {
    const answer = await get(`${things}/${encodeURI(id).replace('%25', '%')}`);
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.body.errors?.map((one) => one.field)).toEqual(['thingId']);
  });
});

describe('on loopback', () => {
  test('whoever asks is the admin of this machine', async () => {
    expect((await get(`${things}/who`)).body['actor']).toMatchObject({
      name: 'local',
      role: 'admin',
      kind: 'local',
    });
  });

  test.each(['localhost', 'localhost:4002', 'LOCALHOST', '127.0.0.1:1', '127.9.9.9', '[::1]', '[::1]:4002'])(
    'Host: %s is answered',
    async (host) => expect((await get(things, { Host: host })).status).toBe(200),
  );

  test.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '192.168.1.7',
    '127.0.0.256',
    '0.0.0.0',
    '[::2]',
    'localhost:4002@evil',
  ])('Host: %j is refused', async (host) => {
    for (const path of [things, '/api/openapi.json', '/api/docs', '/nothing']) {
      const answer = await get(path, { Host: host });
      expect(answer).toMatchObject({ status: 403, body: { code: 'foreign_host' } });
    }
  });

  const here = () => `http://127.0.0.1:${port}`;
  test.each<[string, () => Record<string, string>, number]>([
    ['without a browser', () => ({}), 201],
    ['from our own page', () => ({ 'Sec-Fetch-Site': 'same-origin', Origin: here() }), 201],
    ['typed in', () => ({ 'Sec-Fetch-Site': 'none' }), 201],
    ['from another site', () => ({ 'Sec-Fetch-Site': 'cross-site' }), 403],
    ['from another port', () => ({ 'Sec-Fetch-Site': 'same-site' }), 403],
    ['by an old browser from our own page', () => ({ Origin: here() }), 201],
    ['by an old browser from another site', () => ({ Origin: 'https://evil.example' }), 403],
    ['by an old browser from nowhere', () => ({ Origin: 'null' }), 403],
  ])('a write %s', async (_, headers, status) => {
    expect((await call('POST', `${things}/trigger`, { headers: headers() })).status).toBe(status);
  });
});

describe('the OpenAPI document', () => {
  test('is version 3.1, without words of 3.0, and has the problems', async () => {
    const { status, body, text } = await get('/api/openapi.json');
    expect(status).toBe(200);
    expect(body['openapi']).toBe('3.1.0');
    expect(text).not.toContain('"nullable"');
    const document = body as unknown as {
      paths: Record<string, Record<string, { responses: Record<string, unknown>; parameters: unknown[] }>>;
    };
    const one = document.paths[`${things}/{thingId}`]?.['get'];
    expect(one?.parameters).toEqual([
      {
        name: 'thingId',
        in: 'path',
        required: true,
        schema: { type: 'integer', minimum: 1, maximum: 2147483647 },
      },
    ]);
    expect(one?.responses['404']).toMatchObject({
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDocument' } } },
    });
  });

  test('has a page that loads nothing from elsewhere', async () => {
    const page = await get('/api/docs');
    expect(page.status).toBe(200);
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source = '']) => source);
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources) {
      expect((await get(new URL(source, 'http://x/api/docs').pathname)).status).toBe(200);
      expect(new URL(source, 'http://x/api/docs').host).toBe('x');
    }
    // The policy of the pages forbids scripts in the page itself.
    expect(page.text).not.toMatch(/<script>\s*\S/);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect((await get('/api/docs/LICENSE')).status).toBe(404);
  });
});
