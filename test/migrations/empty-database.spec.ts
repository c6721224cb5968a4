import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source.js';
import { ENTITIES } from '../../src/entities.js';
import { type PlatformDatabase, platformDatabase } from './schema-of.js';

let db: PlatformDatabase;
beforeEach(async () => {
  db = await platformDatabase();
});
afterEach(() => db.close());

describe('an empty database', () => {
  it('gets the tables, gives them back, and gets them again', async () => {
    await db.up();
    const first = await db.schema();
    expect(await db.report()).toEqual([]);

    await db.down();
    expect(await db.schema()).toEqual([]);

    await db.up();
    expect(await db.schema()).toEqual(first);
  });

  it('takes the INSERT of the user word for word', async () => {
    await db.up();
    await db.query(`INSERT INTO images (image_name) VALUES ('redis'), ('grafana/grafana')`);
    await db.query(`INSERT INTO image_approval_requests
        (image_id, tag_name, status, requested_at, metadata)
      VALUES
        (1, '7.5-alpine', 'pending', NOW(), '{
          "last_updated": "2025-10-17T10:00:00Z",
          "digest": "sha256:...",
          "architectures": ["amd64", "arm64"],
          "auto_detected": true,
          "source": "image_monitor"
        }')`);

    expect(await db.query(`SELECT image_name, digest FROM image_approval_requests`)).toEqual([
      { image_name: 'redis', digest: 'sha256:...' },
    ]);
    expect(await db.query(`SELECT namespace FROM images ORDER BY id`)).toEqual([
      { namespace: 'library' },
      { namespace: 'grafana' },
    ]);
  });

  it('has a column for everything in the entities, and nothing that they do not know', async () => {
    await db.up();
    const dataSource: DataSource = createDataSource({ url: db.url, entities: ENTITIES });
    await dataSource.initialize();
    try {
      for (const entity of dataSource.entityMetadatas) {
        const columns = await db.query<{ name: string; type: string; nullable: boolean }>(
          `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS nullable
             FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
          [entity.tablePath],
        );
        const inEntity = entity.columns.map((column) => ({
          name: column.databaseName,
          type: typeOf(dataSource.driver.normalizeType(column), column.length, column.isArray),
          nullable: column.isNullable,
        }));
        const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
        expect({ table: entity.tablePath, columns: inEntity.sort(byName) }).toEqual({
          table: entity.tablePath,
          columns: columns.sort(byName),
        });
      }
    } finally {
      await dataSource.destroy();
    }
  });
});

/** As PostgreSQL writes it. */
function typeOf(type: string, length: string | undefined, isArray: boolean): string {
  return `${type}${length ? `(${length})` : ''}${isArray ? '[]' : ''}`;
}
