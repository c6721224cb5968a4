import type { Secret } from './secret.js';
import {
  claimPath,
  databaseAddress,
  flag,
  hostName,
  namespaceList,
  oneOf,
  secretText,
  secureAddress,
  text,
  trustedProxies,
  webAddress,
  wholeNumber,
  type Kind,
} from './setting-kinds.js';

/** The token under which Nest injects the {@link Settings}. */
export const SETTINGS: unique symbol = Symbol('SETTINGS');

/** All settings, checked and with their defaults filled in. What each one means stands in {@link SETTINGS_TABLE}. */
export interface Settings {
  port: number;
  host: string;
  /** null: the embedded PostgreSQL in `dataDir`. */
  databaseUrl: Secret | null;
  dataDir: string;
  migrate: boolean;
  seedImages: boolean;
  checkIntervalMinutes: number;
  monitorEnabled: boolean;
  monitorConcurrency: number;
  requestPolicy: 'most_recent' | 'all';
  /** Without a slash at its end. */
  dockerHubUrl: string;
  /** Set exactly when `dockerHubToken` is. */
  dockerHubUsername: string | null;
  dockerHubToken: Secret | null;
  dockerHubRequestsPerMinute: number;
  dockerHubTimeoutMs: number;
  dockerHubProbe: boolean;
  /** null: the webhook endpoint answers 404. */
  webhookToken: Secret | null;
  internalNamespaces: string[];
  /** The three are set together or not at all; null: there is no identity provider. */
  authIssuer: string | null;
  authAudience: string | null;
  authJwksUrl: string | null;
  authRoleClaim: string;
  /** A number of hops, or the networks that the proxies are in; null: no proxy is believed. */
  trustProxy: number | string[] | null;
  rateLimitPerMinute: number;
  manualChecksPerMinute: number;
  authFailuresPerMinute: number;
  /** Whether the web console is served. */
  console: boolean;
  logFormat: 'pretty' | 'json';
  logLevel: 'error' | 'warn' | 'info' | 'debug';
}

/** One row of {@link SETTINGS_TABLE}. */
export interface Setting<T> {
  readonly variable: string;
  /** As one would write it in `.env`; empty where there is none, or where it follows from another setting. */
  readonly default: string;
  readonly kind: Kind<T>;
  /** For `.env.example` and the README: what it does, and the default where it follows from another setting. */
  readonly sentence: string;
}

/**
 * The one table of settings, in the order of the README. The variable, its default, what it takes and what it means
 * stand here and nowhere else; a test holds `.env.example` to it.
 */
export const SETTINGS_TABLE = {
  port: {
    variable: 'PORT',
    default: '4002',
    kind: wholeNumber(0, 65535, ' (0: any free port)'),
    sentence: 'Where the API listens.',
  },
  host: {
    variable: 'HOST',
    default: '127.0.0.1',
    kind: hostName(),
    sentence:
      'The address it listens on. Any but loopback takes an API token or AUTH_ISSUER first: docs/access.md.',
  },
  databaseUrl: {
    variable: 'DATABASE_URL',
    default: '',
    kind: databaseAddress(),
    sentence: 'A PostgreSQL, 14 or newer. None: the embedded one in DATA_DIR.',
  },
  dataDir: {
    variable: 'DATA_DIR',
    default: './data',
    kind: text('the path of a folder', 4096),
    sentence: 'The folder of the embedded PostgreSQL.',
  },
  migrate: {
    variable: 'MIGRATE',
    default: 'true',
    kind: flag(),
    sentence: 'Migrate the database at start. false leaves it to `npm run migration:run`.',
  },
  seedImages: {
    variable: 'SEED_IMAGES',
    default: '',
    kind: flag(),
    sentence:
      'Begin with nine example images. Default: true with the embedded PostgreSQL, false with DATABASE_URL.',
  },
  checkIntervalMinutes: {
    variable: 'CHECK_INTERVAL_MINUTES',
    default: '60',
    kind: wholeNumber(1, 10_080),
    sentence: "How often an image is checked. An image's own check_interval_minutes overrides it.",
  },
  monitorEnabled: {
    variable: 'MONITOR_ENABLED',
    default: 'true',
    kind: flag(),
    sentence: 'false: API only, this replica never checks on its own.',
  },
  monitorConcurrency: {
    variable: 'MONITOR_CONCURRENCY',
    default: '8',
    kind: wholeNumber(1, 100),
    sentence: 'Checks in flight per replica.',
  },
  requestPolicy: {
    variable: 'REQUEST_POLICY',
    default: 'most_recent',
    kind: oneOf('most_recent', 'all'),
    sentence:
      "Which of the new tags of a check open a request: most_recent or all. An image's own request_policy overrides it.",
  },
  dockerHubUrl: {
    variable: 'DOCKER_HUB_URL',
    default: 'https://hub.docker.com',
    kind: webAddress(),
    sentence: 'Base URL of Docker Hub.',
  },
  dockerHubUsername: {
    variable: 'DOCKER_HUB_USERNAME',
    default: '',
    kind: text('the name of a Docker account'),
    sentence: 'A Docker account; goes with DOCKER_HUB_TOKEN.',
  },
  dockerHubToken: {
    variable: 'DOCKER_HUB_TOKEN',
    default: '',
    kind: secretText(1),
    sentence: "That account's personal (or organisation) access token.",
  },
  dockerHubRequestsPerMinute: {
    variable: 'DOCKER_HUB_REQUESTS_PER_MINUTE',
    default: '',
    kind: wholeNumber(1, 100_000),
    sentence:
      "Ceiling of the request budget; the server's headers may lower it. Default: 180, with a token 600.",
  },
  dockerHubTimeoutMs: {
    variable: 'DOCKER_HUB_TIMEOUT_MS',
    default: '15000',
    // The lease of a check lasts 30 s and is renewed before each request: a request must end well within it.
    kind: wholeNumber(100, 25_000),
    sentence: 'Deadline of one request, from its start to the last byte, in milliseconds.',
  },
  dockerHubProbe: {
    variable: 'DOCKER_HUB_PROBE',
    default: 'true',
    kind: flag(),
    sentence: 'Learn from one listing of a namespace which of its images moved.',
  },
  webhookToken: {
    variable: 'WEBHOOK_TOKEN',
    default: '',
    kind: secretText(16),
    sentence: 'Secret of the webhook URL. None: the webhook endpoint answers 404.',
  },
  internalNamespaces: {
    variable: 'INTERNAL_NAMESPACES',
    default: '',
    kind: namespaceList(100),
    sentence: 'Comma list of namespaces whose pushes skip the gate.',
  },
  authIssuer: {
    variable: 'AUTH_ISSUER',
    default: '',
    kind: secureAddress(),
    sentence: "The identity provider whose JWTs are taken, exactly as it writes itself in their claim 'iss'.",
  },
  authAudience: {
    variable: 'AUTH_AUDIENCE',
    default: '',
    kind: text("the audience (claim 'aud') of JWTs meant for this service"),
    sentence: 'What its JWTs must be meant for; goes with AUTH_ISSUER.',
  },
  authJwksUrl: {
    variable: 'AUTH_JWKS_URL',
    default: '',
    kind: secureAddress(),
    sentence: 'Where it publishes its keys; goes with AUTH_ISSUER.',
  },
  authRoleClaim: {
    variable: 'AUTH_ROLE_CLAIM',
    default: 'role',
    kind: claimPath(),
    sentence:
      'The claim with the role: viewer, reviewer or admin, or a list that holds one. Dots lead into objects: realm_access.roles.',
  },
  trustProxy: {
    variable: 'TRUST_PROXY',
    default: '',
    kind: trustedProxies(),
    sentence:
      'Whose X-Forwarded-For is believed: how many proxies stand in front, or their networks. None: nobody.',
  },
  rateLimitPerMinute: {
    variable: 'RATE_LIMIT_PER_MINUTE',
    default: '30000',
    kind: wholeNumber(1, 10_000_000),
    sentence:
      'Requests per caller and replica; of callers without a token, per address. Not on an open loopback.',
  },
  manualChecksPerMinute: {
    variable: 'MANUAL_CHECKS_PER_MINUTE',
    default: '60',
    kind: wholeNumber(1, 100_000),
    sentence: 'Checks by hand per caller and replica; ten times as many on an open loopback.',
  },
  authFailuresPerMinute: {
    variable: 'AUTH_FAILURES_PER_MINUTE',
    default: '30',
    kind: wholeNumber(1, 100_000),
    sentence: 'Wrong tokens per address and replica; a right one is taken all the same.',
  },
  console: {
    variable: 'CONSOLE',
    default: 'true',
    kind: flag(),
    sentence: 'Serve the web console at /.',
  },
  logFormat: {
    variable: 'LOG_FORMAT',
    default: 'pretty',
    kind: oneOf('pretty', 'json'),
    sentence: 'pretty (colour on a terminal only) or json.',
  },
  logLevel: {
    variable: 'LOG_LEVEL',
    default: 'info',
    kind: oneOf('error', 'warn', 'info', 'debug'),
    sentence: 'error, warn, info or debug.',
  },
} as const satisfies { [Name in keyof Settings]: Setting<NonNullable<Settings[Name]>> };
