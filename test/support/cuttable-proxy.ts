import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A simple query (Q), one that is parsed first (P), one that was prepared before (B). */
const STATEMENT_BEGINS: ReadonlySet<number> = new Set(Buffer.from('QPB'));

/**
 * A TCP proxy before PostgreSQL that cuts connections: all of them at once, or the one that sends the n-th statement,
 * before the server gets it or after it was answered to.
 */
export interface CuttableProxy {
  /** The address of the database through the proxy. */
  url: string;
  /** Statements that went through since the last {@link cutAt}. */
  statements(): number;
  /** Cuts the connection that sends statement `n` from now on (the first is 1); `after` lets the server have it. */
  cutAt(n: number, when: 'before' | 'after'): void;
  /** True when the cut that was ordered has come. */
  hasCut(): boolean;
  cutAll(): void;
  /** New connections lead there from now on. */
  leadTo(url: string): void;
  close(): Promise<void>;
}

export async function startCuttableProxy(databaseUrl: string): Promise<CuttableProxy> {
  let target = new URL(databaseUrl);
  let seen = 0;
  let cut: { n: number; when: 'before' | 'after' } | null = null;
  const clients = new Set<Socket>();

  const server: Server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    clients.add(client);
    const end = (): void => {
      clients.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    let isStarted = false;
    let isDoomed = false;
    client.on('data', (chunk: Buffer) => {
      // The first message of a connection has no type; later ones begin with it, and pg sends each in one piece.
      const isStatement = isStarted && STATEMENT_BEGINS.has(chunk[0] ?? 0);
      isStarted = true;
      if (isStatement) seen += 1;
      if (isStatement && cut !== null && seen === cut.n) {
        isDoomed = true;
        const { when } = cut;
        cut = null;
        if (when === 'before') {
          client.resetAndDestroy();
          return;
        }
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => {
      // The server has done it; whoever asked never learns.
      if (isDoomed) client.resetAndDestroy();
      else client.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);

  return {
    url: url.href,
    statements: () => seen,
    cutAt: (n, when) => {
      seen = 0;
      cut = { n, when };
    },
    hasCut: () => cut === null,
    cutAll: () => {
      for (const client of clients) client.resetAndDestroy();
    },
    leadTo: (to) => {
      target = new URL(to);
    },
    close: async () => {
      for (const client of clients) client.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
