import { afterEach, describe, expect, it } from '@jest/globals';
import { type PlatformDatabase, platformDatabase } from './schema-of.js';

let db: PlatformDatabase;
afterEach(() => db.close());

describe('tables of other forms', () => {
  it('an enum becomes text, with the checks and indexes that name it', async () => {
    db = await platformDatabase(`
      CREATE TYPE request_state AS ENUM ('open', 'pending', 'approved');
      CREATE TABLE image_approval_requests (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        image_name text NOT NULL,
        status request_state NOT NULL DEFAULT 'open',
        decided_by text,
        CONSTRAINT decided CHECK (status <> 'approved' OR decided_by IS NOT NULL)
      );
      CREATE INDEX waiting ON image_approval_requests (image_name) WHERE status = 'pending';
      INSERT INTO image_approval_requests (image_name, status) VALUES ('redis', 'open'), ('nginx', 'pending');`);
    // The platform's own rule would keep every approval of the service out.
    await expect(db.up()).rejects.toThrow(/could not write to the tables it found: .*"decided"/);
    expect(await db.query(`SELECT to_regclass('images') AS images`)).toEqual([{ images: null }]);

    await db.query(`ALTER TABLE image_approval_requests DROP CONSTRAINT decided`);
    await db.query(
      `ALTER TABLE image_approval_requests ADD CONSTRAINT named CHECK (status <> 'pending' OR image_name <> '')`,
    );
    await db.up();

    expect(
      await db.query(`SELECT image_name, status, decided_by FROM image_approval_requests ORDER BY id`),
    ).toEqual([
      { image_name: 'redis', status: 'rejected', decided_by: null },
      { image_name: 'nginx', status: 'pending', decided_by: null },
    ]);
    await db.query(`INSERT INTO image_approval_requests (image_name) VALUES ('caddy')`);
    expect(await db.query(`SELECT status FROM image_approval_requests WHERE image_name = 'caddy'`)).toEqual([
      { status: 'pending' },
    ]);
    const schema = (await db.schema()).join('\n');
    expect(schema).toMatch(/INDEX waiting .* WHERE .*status.* = 'pending'/);
    expect(schema).toMatch(/constraint named CHECK/);

    await db.down();
    expect((await db.schema()).filter((line) => !line.includes('image_approval_requests'))).toEqual([]);
  });

  it('constraints and indexes of the same meaning are not doubled, under whatever name', async () => {
    db = await platformDatabase();
    await db.up();
    const ours = await db.schema();
    await db.down();
    await db.close();

    db = await platformDatabase(`
      CREATE TABLE images (id serial PRIMARY KEY, registry varchar(255) NOT NULL DEFAULT 'docker.io', image_name varchar(255) NOT NULL,
        approval_status varchar(20) NOT NULL DEFAULT 'pending', category varchar(100),
        CONSTRAINT one_of_a_name UNIQUE (image_name, registry),
        CONSTRAINT known CHECK (approval_status IN ('pending', 'approved', 'rejected')));
      CREATE INDEX by_category ON images (category, id);
      CREATE TABLE image_tags (id serial PRIMARY KEY, image_id integer NOT NULL REFERENCES images ON DELETE CASCADE, tag text NOT NULL);
      CREATE UNIQUE INDEX one_of_a_tag ON image_tags (image_id, tag);`);
    await db.up();

    const adopted = await db.schema();
    // A unique index serves as a unique constraint does, and is one line less.
    expect(adopted).toHaveLength(ours.length - 1);
    expect(adopted.filter((line) => /one_of_a_name|known|by_category|one_of_a_tag/.test(line))).toHaveLength(
      5,
    );
  });

  it('a tag counts as approved without a status column or with a time of approval, else as revoked', async () => {
    db = await platformDatabase(`
      CREATE TABLE images (id serial PRIMARY KEY, image_name text NOT NULL);
      INSERT INTO images (image_name) VALUES ('redis');
      CREATE TABLE image_tags (image_id integer, tag text, status text, approved_at timestamptz, is_recommended boolean, PRIMARY KEY (image_id, tag));
      INSERT INTO image_tags VALUES (1, 'a', 'live', now(), true), (1, 'b', 'live', NULL, true), (1, 'c', 'Approved', NULL, NULL),
        (1, 'd', 'revoked', now(), false), (7, 'e', NULL, NULL, false);`);
    await db.up();

    expect(await db.query(`SELECT tag, status, is_recommended FROM image_tags ORDER BY tag`)).toEqual([
      { tag: 'a', status: 'approved', is_recommended: true },
      { tag: 'b', status: 'revoked', is_recommended: false },
      { tag: 'c', status: 'approved', is_recommended: false },
      { tag: 'd', status: 'revoked', is_recommended: false },
      // Its image does not exist. It is kept, and new ones like it are refused.
      { tag: 'e', status: 'revoked', is_recommended: false },
    ]);
    expect((await db.report()).join('\n')).toMatch(
      /rows that go on breaking FOREIGN KEY \(image_id\).* \(1\)/,
    );
    await expect(db.query(`INSERT INTO image_tags (image_id, tag) VALUES (8, 'f')`)).rejects.toThrow(
      /foreign key/,
    );
  });

  it('a time whose default says UTC is read as UTC, whatever the zone of the database', async () => {
    db = await platformDatabase(
      `CREATE TABLE images (id serial PRIMARY KEY, image_name text NOT NULL, created_at timestamp DEFAULT (now() AT TIME ZONE 'utc'));
       INSERT INTO images (image_name, created_at) VALUES ('redis', '2025-07-01 12:00');`,
      'Asia/Tokyo',
    );
    await db.up();

    expect(await db.query(`SELECT created_at = '2025-07-01 12:00Z' AS is_utc FROM images`)).toEqual([
      { is_utc: true },
    ]);
    await db.query(`INSERT INTO images (image_name) VALUES ('nginx')`);
    expect(
      await db.query(`SELECT created_at = now() OR now() - created_at < '1 minute' AND created_at <= now() AS is_now
                             FROM images WHERE image_name = 'nginx'`),
    ).toEqual([{ is_now: true }]);
  });

  it('names come into the short form unless another image has it; another registry is not watched', async () => {
    db = await platformDatabase(`
      CREATE TABLE images (id integer PRIMARY KEY DEFAULT 0, image_name text NOT NULL, registry text, watch_for_updates boolean);
      CREATE SEQUENCE image_ids OWNED BY images.id;
      ALTER TABLE images ALTER id SET DEFAULT nextval('image_ids');
      INSERT INTO images VALUES (1, 'library/redis', 'hub.docker.com', true), (2, 'redis', 'docker.io', true),
        (3, 'docker.io/library/nginx', NULL, true), (4, 'fluxcd/flux', 'ghcr.io', true), (9, 'docker.io/grafana/grafana', '', true);`);
    await db.up();

    expect(
      await db.query(
        `SELECT id, image_name, namespace, registry, watch_for_updates AS watched FROM images ORDER BY id`,
      ),
    ).toEqual([
      { id: 1, image_name: 'library/redis', namespace: 'library', registry: 'docker.io', watched: true },
      { id: 2, image_name: 'redis', namespace: 'library', registry: 'docker.io', watched: true },
      { id: 3, image_name: 'nginx', namespace: 'library', registry: 'docker.io', watched: true },
      { id: 4, image_name: 'fluxcd/flux', namespace: 'fluxcd', registry: 'ghcr.io', watched: false },
      { id: 9, image_name: 'grafana/grafana', namespace: 'grafana', registry: 'docker.io', watched: true },
    ]);
    // The rows came with their ids, and the sequence knew nothing of them.
    const [added] = await db.query<{ id: number }>(
      `INSERT INTO images (image_name) VALUES ('caddy') RETURNING id`,
    );
    expect(added?.id).toBeGreaterThan(9);
    expect((await db.report()).join('\n')).toContain(
      'the same as another image in the short form, kept: library/redis',
    );
  });
});

describe('tables that cannot be adopted', () => {
  it.each([
    [
      'ids that are no integers',
      `CREATE TABLE images (id bigserial PRIMARY KEY, image_name text NOT NULL)`,
      /images\.id is of type bigint/,
    ],
    ['no name', `CREATE TABLE images (id serial PRIMARY KEY)`, /images has no column image_name/],
    [
      'a column that must be filled and that we do not know',
      `CREATE TABLE images (id serial PRIMARY KEY, image_name text NOT NULL, team text NOT NULL)`,
      /images\.team is NOT NULL without a default/,
    ],
    [
      'a view on a column whose type has to change',
      `CREATE TABLE image_approval_requests (id serial PRIMARY KEY, tag_name varchar(100));
       CREATE VIEW tags_asked_for AS SELECT tag_name FROM image_approval_requests`,
      /image_approval_requests\.tag_name has to become varchar\(128\), but the view tags_asked_for depends on it/,
    ],
    ['a view', `CREATE VIEW images AS SELECT 1 AS id`, /not a plain table/],
    [
      'rows without a tag',
      `CREATE TABLE image_tags (id serial PRIMARY KEY, image_id integer, tag text); INSERT INTO image_tags (image_id) VALUES (1)`,
      /image_tags has 1 rows without tag/,
    ],
    [
      'a platform rule under which doubled rows cannot be folded',
      `CREATE TABLE images (id serial PRIMARY KEY, image_name text NOT NULL);
       CREATE TABLE locks (image_id integer UNIQUE REFERENCES images);
       INSERT INTO images (image_name) VALUES ('redis'), ('redis');
       INSERT INTO locks VALUES (1), (2)`,
      /1 rows of images are doubled, and locks\.image_id cannot follow/,
    ],
  ])('are refused for %s, and stay as they were', async (_why, sql, message) => {
    db = await platformDatabase(sql);
    const before = await db.schema();

    await expect(db.up()).rejects.toThrow(message);

    expect(await db.schema()).toEqual(before);
    expect(await db.query(`SELECT to_regclass('image_monitor.adoption_report') AS report`)).toEqual([
      { report: null },
    ]);
  });
});
