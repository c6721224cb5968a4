import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ACTOR_ROLES, type ActorRole } from '../../src/http/actor.js';
import { openApiDocument } from '../../src/http/openapi.js';
import { startApp, type TestApp } from '../support/app.js';
import { Contract, type Operation, type Schema } from '../support/contract.js';
import { bearerOf } from '../support/tokens.js';

/** `REQUESTS=20000 SEED=… npm test -- test/e2e/generated-requests.spec.ts` for the long run. */
const REQUESTS = Number(process.env['REQUESTS'] ?? 1_500);
const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const IN_FLIGHT = 8;
const SECRET = 'c2VjcmV0LW9mLXRoZS13ZWJob29r';

type Caller = ActorRole | 'nobody' | 'liar';

/** A request as generated. `body` is text, since it may be no JSON. */
interface Generated {
  operation: Operation;
  caller: Caller;
  path: string;
  body: string | undefined;
  type: string;
}

let app: TestApp;
let contract: Contract;
let authorization: Record<Caller, string | undefined>;
let imageIds: number[];

beforeAll(async () => {
  app = await startApp({
    settings: {
      webhookToken: SECRET,
      rateLimitPerMinute: 10_000_000,
      manualChecksPerMinute: 100_000,
      authFailuresPerMinute: 100_000,
    },
  });
  contract = new Contract(openApiDocument(app.app));
  const [viewer, reviewer, admin] = await Promise.all(
    ACTOR_ROLES.map(async (role) => (await bearerOf(app.dataSource, role, role)).authorization),
  );
  authorization = { viewer, reviewer, admin, nobody: undefined, liar: `Bearer ims_${'a'.repeat(49)}` };
  imageIds = [];
  for (const name of ['redis', 'nginx', 'grafana/grafana']) {
    app.hub.seedTags(name, { tags: 5 });
    const id = await app.addImage(name);
    imageIds.push(id);
    await app.api('POST', `/images/${id}/check`, undefined, { authorization: admin ?? '' });
  }
}, 60_000);
afterAll(async () => app.close());

it(
  `${REQUESTS} generated requests: no 5xx, nothing that a role should not see, nothing undocumented`,
  async () => {
    const generated = fc.sample(anyRequest(), { numRuns: REQUESTS, seed: SEED });
    const faults: string[] = [];
    const counts = new Map<string, number>();
    const next = generated[Symbol.iterator]();
    const work = async (): Promise<void> => {
      for (const request of next) {
        const answer = await send(request);
        const key = `${Math.floor(answer.status / 100)}xx`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
        for (const fault of faultsOf(request, answer)) {
          const { operation, caller, path, body } = request;
          faults.push(`${operation.method} ${path} as ${caller} ${body?.slice(0, 200) ?? ''}: ${fault}`);
        }
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, work));
    process.stderr.write(`generated requests, seed ${SEED}: ${JSON.stringify(Object.fromEntries(counts))}\n`);
    expect({ seed: SEED, faults: faults.slice(0, 20), count: faults.length }).toEqual({
      seed: SEED,
      faults: [],
      count: 0,
    });
    expect(counts.get('2xx')).toBeGreaterThan(REQUESTS / 50);
    expect(app.log.filter((line) => line.includes('❌'))).toEqual([]);
  },
  Math.max(120_000, REQUESTS * 30),
);

interface Got {
  status: number;
  type: string;
  text: string;
}

async function send({ operation, caller, path, body, type }: Generated): Promise<Got> {
  const stop = new AbortController();
  const answer = await fetch(app.url + path, {
    method: operation.method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': type }),
      ...(authorization[caller] === undefined ? {} : { authorization: authorization[caller] }),
    },
    body,
    signal: stop.signal,
  });
  const contentType = answer.headers.get('content-type') ?? '';
  // A live stream has no end.
  const text = contentType.startsWith('text/event-stream') ? '' : await answer.text();
  stop.abort();
  return { status: answer.status, type: contentType, text };
}

function faultsOf({ operation, caller, path }: Generated, answer: Got): string[] {
  const { status } = answer;
  // Node's own answer to an address beyond its 16 kB, which no code of ours sees.
  if (status === 431) return [];
  // A generated id may be a word that is a route of its own.
  const met = contract.find(operation.method, path.split('?')[0] ?? '') ?? operation;
  const faults = contract.complaints(met, answer);
  // Undecided gates and databases that are away are documented; here neither is ordered.
  if (status >= 500 && status !== 503) faults.push(`answers ${status}: ${answer.text.slice(0, 300)}`);
  if (
    status === 503 &&
    !/"code":"(?:registry_\w+|docker_hub_\w+|budget_\w+|undecided|unavailable|rate_limited)"/.test(
      answer.text,
    )
  ) {
    faults.push(`answers 503: ${answer.text.slice(0, 300)}`);
  }
  const held = ACTOR_ROLES.indexOf(caller as ActorRole);
  const needed = met.role === null ? -1 : ACTOR_ROLES.indexOf(met.role as ActorRole);
  // What is no request at all (its encoding, its size) is refused before anybody is asked for.
  if (met.role !== null && held < needed && ![400, 401, 403, 413, 415].includes(status)) {
    faults.push(`answers ${status} to ${caller}, and takes ${met.role}`);
  }
  if (met.role !== null && held < 0 && status === 403) faults.push('knows who nobody is');
  for (const secret of [SECRET, ...Object.values(authorization)]) {
    if (
      secret !== undefined &&
      answer.text.includes(secret.replace('Bearer ', '')) &&
      !path.includes(secret)
    ) {
      faults.push('tells a secret');
    }
  }
  if (/\bat .+\.(?:ts|js):\d+|node_modules|SELECT .+ FROM/.test(answer.text))
    faults.push('tells of its inside');
  return faults;
}

function anyRequest(): fc.Arbitrary<Generated> {
  return fc.constantFrom(...contract.operations).chain((operation) =>
    fc.record({
      operation: fc.constant(operation),
      caller: fc.constantFrom<Caller>('viewer', 'reviewer', 'admin', 'admin', 'nobody', 'liar'),
      path: pathOf(operation),
      body: bodyOf(operation),
      type: often(
        'application/json',
        fc.constantFrom(
          'text/plain',
          'application/x-www-form-urlencoded',
          'application/json; charset=latin1',
        ),
      ),
    }),
  );
}

function pathOf(operation: Operation): fc.Arbitrary<string> {
  const inPath = operation.parameters.filter((one) => one.in === 'path');
  const inQuery = operation.parameters.filter((one) => one.in === 'query');
  const names = fc.tuple(
    ...inPath.map(({ name, schema }) =>
      name === 'token'
        ? often(SECRET, text())
        : fc.oneof(
            { weight: 5, arbitrary: knownId() },
            { weight: 3, arbitrary: valueOf(schema) },
            { weight: 2, arbitrary: anything() },
          ),
    ),
  );
  const query = fc.tuple(
    ...inQuery.map(({ name, schema, required }) =>
      fc
        .option(fc.oneof({ weight: 4, arbitrary: valueOf(schema) }, { weight: 1, arbitrary: anything() }), {
          freq: required ? 20 : 2,
        })
        .map((value): [string, unknown] => [name, value]),
    ),
    often<[string, unknown]>(['', null], fc.tuple(text(), anything())),
  );
  return fc.tuple(names, query).map(([values, pairs]) => {
    let at = 0;
    const path = operation.path.replace(/\{\w+\}/g, () => encode(values[at++]) || '0');
    const search = pairs
      .filter(([, value]) => value !== null && value !== undefined)
      .flatMap(([name, value]) =>
        (Array.isArray(value) ? value : [value]).map((one) => `${encode(name)}=${encode(one)}`),
      );
    return search.length === 0 ? path : `${path}?${search.join('&')}`;
  });
}

/** Mostly what the schema asks for; sometimes a field of another type, and sometimes no JSON at all. */
function bodyOf({ body, method }: Operation): fc.Arbitrary<string | undefined> {
  if (method === 'GET' || method === 'HEAD') return fc.constant(undefined);
  const json =
    body === null
      ? anything()
      : fc.oneof(
          { weight: 5, arbitrary: valueOf(body) },
          { weight: 3, arbitrary: spoilt(body) },
          { weight: 1, arbitrary: anything() },
        );
  return fc.oneof(
    { weight: 10, arbitrary: json.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.oneof(
        text(),
        fc.constantFrom('{', '[]', 'null', '"', '{"__proto__":{"a":1}}', '['.repeat(5_000)),
      ),
    },
  );
}

function spoilt(schema: Schema): fc.Arbitrary<unknown> {
  return fc
    .tuple(
      valueOf(schema),
      fc.oneof(fc.constantFrom(...Object.keys(resolved(schema).properties ?? { a: 1 })), text()),
      anything(),
    )
    .map(([value, name, other]) => ({ ...(value as object), [name]: other }));
}

/** Values that fit the schema, from the ends of their ranges as often as from within. */
function valueOf(given: Schema): fc.Arbitrary<unknown> {
  const schema = resolved(given);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valueOf));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const types = [schema.type ?? 'object'].flat();
  return fc.oneof(...types.map((type) => valueOfType(type, schema)));
}

function valueOfType(type: string, schema: Schema): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.oneof(
        knownId(),
        fc.integer({ min: schema.minimum ?? 1, max: schema.maximum ?? 2_147_483_647 }),
      );
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'array':
      return fc.array(valueOf(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 5 });
    case 'object': {
      const fields = Object.entries(schema.properties ?? {}).map(
        ([name, inner]) => [name, valueOf(inner)] as const,
      );
      return fc.record(Object.fromEntries(fields), { requiredKeys: schema.required ?? [] });
    }
    default:
      return fc.oneof(
        schema.example === undefined ? text() : fc.constant(schema.example),
        fc.constantFrom('redis', 'nginx:1', '1.0.0', `sha256:${'0'.repeat(64)}`, '2025-10-17T18:00:00.000Z'),
        schema.format === 'uuid' ? fc.uuid() : text(),
      );
  }
}

function resolved(schema: Schema): Schema {
  const name = (schema.$ref ?? schema.allOf?.[0]?.$ref)?.split('/').at(-1);
  return name === undefined ? schema : (contract.schemas[name] ?? {});
}

const knownId = (): fc.Arbitrary<number> => fc.constantFrom(...imageIds, 1, 2, 3, 4, 5);

const text = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      '',
      ' ',
      '0',
      '-1',
      '1e9',
      '9'.repeat(30),
      'a'.repeat(3_000),
      '\u0000',
      "';--",
      '../..',
      '%',
      '\ud800',
      'toString',
      '__proto__',
    ),
  );

const anything = (): fc.Arbitrary<unknown> =>
  fc.oneof(text(), fc.jsonValue({ maxDepth: 3 }), fc.integer(), fc.constant(null));

const often = <T>(usual: T, rest: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: rest });

/** As a client that encodes properly would; what cannot be encoded is sent as something that cannot be decoded. */
function encode(value: unknown): string {
  const plain = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  // A path of dots is another path.
  if (/^\.{1,2}$/.test(plain)) return '%2E';
  try {
    return encodeURIComponent(plain);
  } catch {
    return '%ff';
  }
}
