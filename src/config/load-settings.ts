import { isIPv4 } from 'node:net';
import type { Secret } from './secret.js';
import { SETTINGS_TABLE, type Settings } from './settings.js';

/** With a Docker account's token, and without: docker-hub/facts.md, limits. */
const REQUESTS_PER_MINUTE = { anonymous: 180, withToken: 600 };

/** Settings that mean nothing without each other. */
const TOGETHER = [
  ['dockerHubUsername', 'dockerHubToken'],
  ['authIssuer', 'authAudience', 'authJwksUrl'],
] as const;

/** One wrong setting: the variable (or option), what it got, and what it takes. `got` of a secret is stars. */
export interface SettingProblem {
  readonly variable: string;
  readonly got: string;
  readonly takes: string;
}

/** Everything that is wrong with the configuration, so that a person mends it in one go. `main` exits with 78. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly SettingProblem[]) {
    const lines = problems.map(({ variable, got, takes }) => `  ${variable} got ${got}; it takes ${takes}.`);
    super(
      [
        `The configuration has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}:`,
        ...lines,
      ].join('\n'),
    );
  }
}

/** What code may give to `ImageMonitoringModule.forRoot`: any of the settings; secrets also as plain text. */
export type SettingsOptions = {
  [Name in keyof Settings]?: Settings[Name] | (Secret extends Settings[Name] ? string : never);
};

/** The settings from environment variables. An empty variable counts as not set, as lines of `.env.example` are. */
export function loadSettings(env: NodeJS.ProcessEnv): Settings {
  return settingsOf(
    (name) => SETTINGS_TABLE[name].variable,
    (name) => env[SETTINGS_TABLE[name].variable]?.trim() || undefined,
    [],
  );
}

/** The settings from options in code: the same table, the same limits, named as the options are. */
export function settingsFrom(options: SettingsOptions): Settings {
  const unknown = Object.keys(options).filter((name) => !(name in SETTINGS_TABLE));
  return settingsOf(
    (name) => name,
    (name) => options[name] ?? undefined,
    unknown.map((name) => ({
      variable: name,
      got: 'a value',
      takes: 'none, since there is no such setting',
    })),
  );
}

type Name = keyof Settings;
type Read<N extends Name> = NonNullable<Settings[N]>;

function settingsOf(
  label: (name: Name) => string,
  given: (name: Name) => unknown,
  problems: SettingProblem[],
): Settings {
  const read = <N extends Name>(name: N): Read<N> | null => {
    const { kind, default: byDefault } = SETTINGS_TABLE[name];
    const value = given(name) ?? (byDefault === '' ? undefined : byDefault);
    if (value === undefined) return null;
    // The table's type says that a row's kind reads what the setting of that name is; TypeScript forgets which row.
    const result = kind.read(value) as Read<N> | undefined;
    if (result !== undefined) return result;
    problems.push({ variable: label(name), got: shown(value, 'secret' in kind), takes: kind.takes });
    return null;
  };
  // A setting that has a default is null only after a problem was noted, and then nothing is answered.
  const sure = <N extends Name>(name: N) => read(name) as Read<N>;

  const databaseUrl = read('databaseUrl');
  const dockerHubToken = read('dockerHubToken');
  const settings: Settings = {
    port: sure('port'),
    host: sure('host'),
    databaseUrl,
    dataDir: sure('dataDir'),
    migrate: sure('migrate'),
    seedImages: read('seedImages') ?? databaseUrl === null,
    checkIntervalMinutes: sure('checkIntervalMinutes'),
    monitorEnabled: sure('monitorEnabled'),
    monitorConcurrency: sure('monitorConcurrency'),
    requestPolicy: sure('requestPolicy'),
    dockerHubUrl: sure('dockerHubUrl'),
    dockerHubUsername: read('dockerHubUsername'),
    dockerHubToken,
    dockerHubRequestsPerMinute:
      read('dockerHubRequestsPerMinute') ??
      (dockerHubToken === null ? REQUESTS_PER_MINUTE.anonymous : REQUESTS_PER_MINUTE.withToken),
    dockerHubTimeoutMs: sure('dockerHubTimeoutMs'),
    dockerHubProbe: sure('dockerHubProbe'),
    webhookToken: read('webhookToken'),
    internalNamespaces: read('internalNamespaces') ?? [],
    authIssuer: read('authIssuer'),
    authAudience: read('authAudience'),
    authJwksUrl: read('authJwksUrl'),
    authRoleClaim: sure('authRoleClaim'),
    trustProxy: read('trustProxy'),
    rateLimitPerMinute: sure('rateLimitPerMinute'),
    manualChecksPerMinute: sure('manualChecksPerMinute'),
    authFailuresPerMinute: sure('authFailuresPerMinute'),
    console: sure('console'),
    logFormat: sure('logFormat'),
    logLevel: sure('logLevel'),
  };

  for (const together of TOGETHER) {
    const missing = together.filter((name) => given(name) === undefined);
    const there = together.find((name) => given(name) !== undefined);
    if (there === undefined) continue;
    for (const name of missing) {
      problems.push({
        variable: label(name),
        got: 'nothing',
        takes: `${SETTINGS_TABLE[name].kind.takes}, since ${label(there)} is set: all of them or none`,
      });
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return settings;
}

/** Whether only this machine reaches a server that listens there. */
export function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** A value for a message: on one line, cut to a length that a terminal shows, stars for a secret. */
function shown(value: unknown, secret: boolean): string {
  if (secret) return '***** (not shown)';
  const json = JSON.stringify(value) ?? typeof value;
  return json.length > 120 ? `${json.slice(0, 120)}…` : json;
}
