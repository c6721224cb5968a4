import pg from 'pg';
import { DataSource, type DataSourceOptions, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { PreparedStatements } from './prepared-statements.js';

/**
 * The token under which every room of the service finds its data source. In the stand-alone application it is the one
 * made here; inside a platform it is an alias of the platform's own, whatever that one is called.
 */
export const DATA_SOURCE: unique symbol = Symbol('DATA_SOURCE');

/**
 * A client stopped inside an open transaction keeps its locks for as long as it is stopped, and every payer of every
 * replica waits for it (measured): the server ends such a transaction itself.
 */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;

/** No statement of ours holds a lock longer than milliseconds, so longer than this is somebody else's fault. */
const LOCK_TIMEOUT_MS = 2_000;

/**
 * Only the client notices a cut connection: `statement_timeout` lives in a server that it no longer hears. Our slowest
 * statement takes well below a second; the drain at shutdown has ten, and must outlast this.
 */
const QUERY_TIMEOUT_MS = 8_000;

/** A database that does not answer within this time is as good as down; requests must not pile up behind it. */
const CONNECTION_TIMEOUT_MS = 5_000;

/** The monitor's checks hold no connection while they wait for Docker Hub, so this serves it and the API together. */
const POOL_SIZE = 12;

/** What pg says of its time-out, and PostgreSQL of a prepared statement whose table was changed in a way that it shows. */
const LAST_WORDS = ['Query read timeout', 'cached plan must not change result type'];

/** By text, so that each connection knows a statement by the same name. */
const prepared = new PreparedStatements();

/**
 * Prepares what is asked often, and takes itself out of the pool when it can no longer be used: a query that ran into
 * `query_timeout` still occupies its connection (pg reports the error and leaves the query in flight, so that the pool's
 * next customer would wait behind it), and a plan that a migration has made impossible stays so.
 */
export class ServiceClient extends pg.Client {
  // The overloads of pg's `query` cannot be written again here; its answer and its callback go through untouched.
  override query = ((...args: unknown[]) => {
    const answer: unknown = super.query(...(named(args) as Parameters<pg.Client['query']>));
    if (answer instanceof Promise) {
      answer.catch((error: unknown) => {
        if (error instanceof Error && LAST_WORDS.includes(error.message)) void this.end();
      });
    }
    return answer;
  }) as pg.Client['query'];
}

/** Without values pg sends a simple query, which may be several statements; these are one. */
const ONE_STATEMENT = /^\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b[^;]*$/;

/** The arguments of `query` with the name of its statement in them. */
function named([text, values, ...callback]: unknown[]): unknown[] {
  if (typeof text !== 'string') return [text, values, ...callback];
  const hasValues = Array.isArray(values) && values.length > 0;
  const name = hasValues || ONE_STATEMENT.test(text) ? prepared.nameOf(text) : undefined;
  return name === undefined ? [text, values, ...callback] : [{ name, text }, values, ...callback];
}

/**
 * The service's own data source, not yet connected. Its entities come from outside, since the database room knows none.
 * It never changes the schema: that is what {@link migrate} is for.
 */
export function createDataSource(options: {
  url: string;
  entities: EntityTarget<ObjectLiteral>[];
  applicationName?: string;
  poolSize?: number;
}): DataSource {
  return new DataSource({
    ...connectionOptions(options.url),
    applicationName: options.applicationName ?? 'image-monitoring',
    poolSize: options.poolSize ?? POOL_SIZE,
    entities: options.entities as Extract<DataSourceOptions['entities'], unknown[]>,
    synchronize: false,
    migrationsRun: false,
    // Every key is made by an identity column; without this TypeORM wants to create extensions.
    installExtensions: false,
  });
}

/** How a connection of ours behaves; {@link migrate} takes the same and lifts the limits. */
export function connectionOptions(url: string) {
  return {
    type: 'postgres' as const,
    url,
    connectTimeoutMS: CONNECTION_TIMEOUT_MS,
    extra: {
      Client: ServiceClient,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      // Here and not as statements of their own, which would cost each transaction a round trip.
      options: '-c timezone=UTC -c default_transaction_isolation=read\\ committed',
    },
  };
}
