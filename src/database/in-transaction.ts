import type { DataSource, EntityManager } from 'typeorm';
import type pg from 'pg';

/**
 * Runs `work` in one READ COMMITTED transaction and answers what it answers. Whatever takes part is handed `tx`; what
 * has no `tx` is not in the transaction. Any error rolls back and rises as it is.
 *
 * Where even the rollback fails, the connection is broken or still busy with a query that nobody waits for: it is
 * closed, not given back, since its next user would inherit the trouble. Nothing is tried again here: only the caller
 * knows whether that is safe.
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    // Our own connections have READ COMMITTED as their default, and a statement to say it again would be a round trip.
    // A platform's data source may have been told otherwise.
    await runner.startTransaction(
      dataSource.options.isolationLevel === undefined ? undefined : 'READ COMMITTED',
    );
    const result = await work(runner.manager);
    await runner.commitTransaction();
    return result;
  } catch (error) {
    if (!runner.isReleased && runner.isTransactionActive) {
      const client = (await runner.connect()) as pg.PoolClient & Pick<pg.Client, 'end'>;
      await runner.rollbackTransaction().catch(() => client.end());
    }
    throw error;
  } finally {
    await runner.release();
  }
}
