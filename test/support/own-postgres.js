/**
 * A process that owns an embedded PostgreSQL, for tests that kill it: `node own-postgres.js <compiled> <folder>`. It
 * prints one line of JSON when it has it (or why not), and stops it on SIGTERM.
 */
import { join } from 'node:path';

const [compiled, dataDir] = process.argv.slice(2);
const { startEmbeddedPostgres } = await import(join(compiled, 'src/database/embedded-postgres.js'));
const lines = [];
try {
  const server = await startEmbeddedPostgres({ dataDir, log: (line) => lines.push(line) });
  process.once('SIGTERM', () => void server.stop());
  console.log(JSON.stringify({ url: server.url, home: server.home, lines }));
} catch (error) {
  console.log(
    JSON.stringify({ refusal: error.name === 'EmbeddedPostgresError' ? error.message : error.stack }),
  );
}
