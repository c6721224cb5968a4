import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { parse } from 'dotenv';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { environmentWithFile } from './environment.js';
import { ConfigurationError, isLoopback, loadSettings, settingsFrom } from './load-settings.js';
import { Secret } from './secret.js';
import { SETTINGS_TABLE } from './settings.js';

function problemsOf(load: () => unknown) {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

describe('loadSettings', () => {
  it('needs no variable at all', () => {
    expect(loadSettings({})).toEqual({
      port: 4002,
      host: '127.0.0.1',
      databaseUrl: null,
      dataDir: './data',
      migrate: true,
      seedImages: true,
      checkIntervalMinutes: 60,
      monitorEnabled: true,
      monitorConcurrency: 8,
      requestPolicy: 'most_recent',
      dockerHubUrl: 'https://hub.docker.com',
      dockerHubUsername: null,
      dockerHubToken: null,
      dockerHubRequestsPerMinute: 180,
      dockerHubTimeoutMs: 15_000,
      dockerHubProbe: true,
      webhookToken: null,
      internalNamespaces: [],
      authIssuer: null,
      authAudience: null,
      authJwksUrl: null,
      authRoleClaim: 'role',
      trustProxy: null,
      rateLimitPerMinute: 30_000,
      manualChecksPerMinute: 60,
      authFailuresPerMinute: 30,
      console: true,
      logFormat: 'pretty',
      logLevel: 'info',
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadSettings({ PORT: '', DATABASE_URL: ' ' })).toEqual(loadSettings({}));
  });

  it('reads every kind', () => {
    const settings = loadSettings({
      PORT: '5000',
      DATABASE_URL: 'postgres://me:pass@db/images',
      MONITOR_ENABLED: 'false',
      REQUEST_POLICY: 'all',
      DOCKER_HUB_URL: 'http://localhost:8080/hub/',
      DOCKER_HUB_USERNAME: 'me',
      DOCKER_HUB_TOKEN: 'dckr_pat_abc',
      INTERNAL_NAMESPACES: 'us, them,us',
    });
    expect(settings).toMatchObject({
      port: 5000,
      seedImages: false,
      monitorEnabled: false,
      requestPolicy: 'all',
      dockerHubUrl: 'http://localhost:8080/hub',
      dockerHubRequestsPerMinute: 600,
      internalNamespaces: ['us', 'them'],
    });
    expect(settings.databaseUrl?.reveal()).toBe('postgres://me:pass@db/images');
    expect(settings.dockerHubToken?.reveal()).toBe('dckr_pat_abc');
  });

  it('an explicit choice wins over a default that follows from another setting', () => {
    const settings = loadSettings({
      DATABASE_URL: 'postgres://db/images',
      SEED_IMAGES: 'true',
      DOCKER_HUB_REQUESTS_PER_MINUTE: '30',
    });
    expect(settings).toMatchObject({ seedImages: true, dockerHubRequestsPerMinute: 30 });
  });

  it.each([
    ['PORT', 'abc'],
    ['PORT', '65536'],
    ['PORT', '1e3'],
    ['PORT', '-1'],
    ['HOST', 'http://localhost'],
    ['HOST', 'localhost:4002'],
    ['DATABASE_URL', 'mysql://x/y'],
    ['DATABASE_URL', 'images'],
    ['MIGRATE', 'yes'],
    ['MIGRATE', '1'],
    ['CHECK_INTERVAL_MINUTES', '0'],
    ['CHECK_INTERVAL_MINUTES', '10081'],
    ['CHECK_INTERVAL_MINUTES', '1.5'],
    ['MONITOR_CONCURRENCY', '0'],
    ['REQUEST_POLICY', 'some'],
    ['DOCKER_HUB_URL', 'hub.docker.com'],
    ['DOCKER_HUB_URL', 'ftp://hub.docker.com'],
    ['DOCKER_HUB_URL', 'https://me:pass@hub.docker.com'],
    ['DOCKER_HUB_URL', 'https://hub.docker.com/?x=1'],
    ['DOCKER_HUB_REQUESTS_PER_MINUTE', '0'],
    ['DOCKER_HUB_TIMEOUT_MS', '60000'],
    ['WEBHOOK_TOKEN', 'short'],
    ['INTERNAL_NAMESPACES', 'us,,them'],
    ['INTERNAL_NAMESPACES', 'Us'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '0'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.1,'],
    ['AUTH_ROLE_CLAIM', 'my role'],
    ['LOG_FORMAT', 'xml'],
    ['LOG_LEVEL', 'INFO'],
  ])('%s=%s is refused by name', (variable, value) => {
    const { problems, message } = problemsOf(() => loadSettings({ [variable]: value }));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.variable).toBe(variable);
    expect(message).toContain(`${variable} got `);
    expect(message).toContain('it takes ');
  });

  it('names everything that is wrong at once, with what it got and what it takes', () => {
    const { message } = problemsOf(() => loadSettings({ PORT: 'abc', LOG_FORMAT: 'x\ny' }));
    expect(message).toBe(
      [
        'The configuration has 2 mistakes:',
        '  PORT got "abc"; it takes a whole number from 0 to 65535 (0: any free port).',
        '  LOG_FORMAT got "x\\ny"; it takes pretty or json.',
      ].join('\n'),
    );
  });

  it('never shows a secret, not even one that it refuses', () => {
    const { message } = problemsOf(() =>
      loadSettings({ DATABASE_URL: 'mysql://me:hunter2@db/x', WEBHOOK_TOKEN: 'hunter2', PORT: 'abc' }),
    );
    expect(message).not.toContain('hunter2');
    expect(message).toContain('DATABASE_URL got *****');
  });

  it.each([
    [{ DOCKER_HUB_USERNAME: 'me' }, 'DOCKER_HUB_TOKEN'],
    [{ DOCKER_HUB_TOKEN: 'dckr_pat_abc' }, 'DOCKER_HUB_USERNAME'],
  ])('an account without its other half is refused: %j', (env, missing) => {
    expect(problemsOf(() => loadSettings(env)).problems).toMatchObject([
      { variable: missing, got: 'nothing' },
    ]);
  });

  it('an identity provider without its other halves is refused, naming them', () => {
    const { problems } = problemsOf(() => loadSettings({ AUTH_ISSUER: 'https://id.example/' }));
    expect(problems).toMatchObject([
      { variable: 'AUTH_AUDIENCE', got: 'nothing' },
      { variable: 'AUTH_JWKS_URL', got: 'nothing' },
    ]);
  });

  it.each(['http://id.example/keys', 'ftp://id.example', 'https://me:pass@id.example', 'id.example'])(
    'takes no keys from %s',
    (address) => {
      const env = { AUTH_ISSUER: 'https://id.example', AUTH_AUDIENCE: 'images', AUTH_JWKS_URL: address };
      expect(problemsOf(() => loadSettings(env)).problems).toMatchObject([{ variable: 'AUTH_JWKS_URL' }]);
    },
  );

  it('keeps an issuer letter by letter, and reads proxies as hops or networks', () => {
    const provider = { AUTH_ISSUER: 'https://id.example/', AUTH_AUDIENCE: 'images' };
    const env = { ...provider, AUTH_JWKS_URL: 'http://127.0.0.1:8080/keys', TRUST_PROXY: '2' };
    expect(loadSettings(env)).toMatchObject({ authIssuer: 'https://id.example/', trustProxy: 2 });
    expect(loadSettings({ TRUST_PROXY: '10.0.0.0/8, ::1' }).trustProxy).toEqual(['10.0.0.0/8', '::1']);
  });

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost', 'LOCALHOST'])('%s is this machine', (host) => {
    expect(isLoopback(loadSettings({ HOST: host }).host)).toBe(true);
  });

  it.each(['0.0.0.0', '192.168.1.7', '::', '127.evil.example'])('%s is reached from outside', (host) => {
    expect(isLoopback(loadSettings({ HOST: host }).host)).toBe(false);
  });
});

describe('settingsFrom', () => {
  it('takes the same settings as typed options', () => {
    const settings = settingsFrom({
      checkIntervalMinutes: 30,
      internalNamespaces: ['us'],
      databaseUrl: 'postgres://db/images',
      webhookToken: new Secret('0123456789abcdef'),
    });
    expect(settings).toMatchObject({ checkIntervalMinutes: 30, internalNamespaces: ['us'], port: 4002 });
    expect(settings.webhookToken?.reveal()).toBe('0123456789abcdef');
  });

  it('holds them to the same limits, under their own names', () => {
    expect(problemsOf(() => settingsFrom({ checkIntervalMinutes: 0 })).problems).toMatchObject([
      { variable: 'checkIntervalMinutes', got: '0' },
    ]);
  });

  it('refuses an option that does not exist', () => {
    const misspelt = { checkIntervalMinute: 30 } as object;
    expect(problemsOf(() => settingsFrom(misspelt)).problems).toMatchObject([
      { variable: 'checkIntervalMinute' },
    ]);
  });
});

describe('Secret', () => {
  it('prints as stars wherever it is printed', () => {
    const secret = new Secret('hunter2');
    const printed = [String(secret), JSON.stringify({ secret }), inspect({ secret })].join(' ');
    expect(printed).not.toContain('hunter2');
    expect(secret.reveal()).toBe('hunter2');
  });
});

describe('environmentWithFile', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'env-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('adds what the file has, and the environment wins', () => {
    writeFileSync(join(folder, '.env'), '# a comment\nPORT=5000\nLOG_FORMAT="json"\n');
    expect(environmentWithFile(folder, { PORT: '6000' })).toEqual({ PORT: '6000', LOG_FORMAT: 'json' });
  });

  it('does without a file', () => {
    expect(environmentWithFile(folder, { PORT: '6000' })).toEqual({ PORT: '6000' });
  });
});

describe('.env.example', () => {
  const lines = readFileSync('.env.example', 'utf8').split('\n');

  it('lists every variable of the table with its default, in its order, and nothing else', () => {
    const assignments = lines.filter((line) => /^[A-Z_]+=/.test(line));
    expect(assignments).toEqual(
      Object.values(SETTINGS_TABLE).map(({ variable, default: byDefault }) => `${variable}=${byDefault}`),
    );
  });

  it.each(Object.values(SETTINGS_TABLE))(
    'says above $variable what the table says',
    ({ variable, sentence, kind }) => {
      const at = lines.findIndex((line) => line.startsWith(`${variable}=`));
      expect(lines.slice(at - 2, at)).toEqual([`# ${sentence}`, `# Takes ${kind.takes}.`]);
    },
  );

  it('copied as it is, changes nothing', () => {
    expect(loadSettings(parse(lines.join('\n')))).toEqual(loadSettings({}));
  });
});
