import type { DataSource } from 'typeorm';

/** One that was not heard of for so long has ended without saying so. */
const SILENT_AFTER = `interval '3 minutes'`;
const MOST_LISTED = 100;

/** A process that runs the monitor. */
export interface ReplicaRow {
  name: string;
  started_at: Date;
  last_beat_at: Date;
  is_this: boolean;
}

/** Says that a replica runs, and forgets those that fell silent. One row by its key; the table has one a replica. */
export async function keepReplica(
  db: DataSource,
  replica: { id: string; name: string; runningForMs: number },
): Promise<void> {
  await db.query(
    `WITH forgotten AS (
       DELETE FROM image_monitor.replicas WHERE id <> $1::uuid AND beat_at < now() - ${SILENT_AFTER})
     INSERT INTO image_monitor.replicas (id, name, started_at, beat_at)
     VALUES ($1::uuid, $2, now() - $3 * interval '1 millisecond', now())
     ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at`,
    [replica.id, replica.name, replica.runningForMs],
  );
}

/** A replica that stops says so. One row by its key. */
export async function forgetReplica(db: DataSource, id: string): Promise<void> {
  await db.query(`DELETE FROM image_monitor.replicas WHERE id = $1::uuid`, [id]);
}

/** The replicas that run, the oldest first, up to 100; `own` is the one that asks. Reads the whole table, which is small. */
export async function listReplicas(db: DataSource, own: string): Promise<ReplicaRow[]> {
  return db.query<ReplicaRow[]>(
    `SELECT name, started_at, beat_at AS last_beat_at, id = $1::uuid AS is_this
       FROM image_monitor.replicas WHERE beat_at > now() - ${SILENT_AFTER}
      ORDER BY started_at, id LIMIT ${MOST_LISTED}`,
    [own],
  );
}
