/** The same prepared query on the same HTTP adapter with nothing around it: what a list costs at least. */
import express from 'express';
import pg from 'pg';

const { databaseUrl, sql, values } = JSON.parse(process.argv[2]);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 12, options: '-c timezone=UTC' });
const app = express();
app.disable('x-powered-by');
app.get('/', async (_request, response) => {
  const { rows } = await pool.query({ name: 'list', text: sql, values });
  response.json({ approval_requests: rows, total: rows[0]?.counted ?? 0, next_cursor: null });
});
const server = app.listen(0, '127.0.0.1', () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}/` }),
);
process.on('disconnect', () => process.exit(0));
