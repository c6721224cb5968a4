import { type Adoption, messageOf } from './adoption.js';
import { REQUEST_STATUSES } from './statuses.js';

/** Writes what the service writes and takes it back: a rule of the platform that stands against it speaks now. */
export async function tryToWrite(adoption: Adoption): Promise<void> {
  await adoption.run.query(`SAVEPOINT trial`);
  try {
    const name = 'image-monitor/trial-of-its-adoption';
    const [image] = await adoption.rows<{ id: number }>(
      `INSERT INTO ${adoption.nameOf('images')} (registry, namespace, image_name, is_official, approval_status)
       VALUES ('docker.io', 'image-monitor', $1, false, 'approved') RETURNING id`,
      [name],
    );
    await adoption.rows(
      `INSERT INTO ${adoption.nameOf('image_tags')} (image_id, tag, digest, status, approved_at)
       VALUES ($1, 'trial', 'sha256:0', 'approved', now()) RETURNING id`,
      [image?.id],
    );
    await adoption.rows(
      `INSERT INTO ${adoption.nameOf('image_approval_requests')} (image_id, image_name, tag_name)
       VALUES ($1, $2, 'trial'), (NULL, $2, NULL) RETURNING id`,
      [image?.id, name],
    );
    for (const status of REQUEST_STATUSES) {
      await adoption.rows(
        `UPDATE ${adoption.nameOf('image_approval_requests')} SET status = $2, reviewed_at = now(), reviewed_by = 'trial'
          WHERE image_name = $1`,
        [name, status],
      );
    }
  } catch (error) {
    throw new Error(`The service could not write to the tables it found: ${messageOf(error)}`, {
      cause: error,
    });
  }
  await adoption.run.query(`ROLLBACK TO SAVEPOINT trial`);
  await adoption.run.query(`RELEASE SAVEPOINT trial`);
}
