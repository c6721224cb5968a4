import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type PlatformDatabase, platformDatabase } from './schema-of.js';

/** The three tables as the user's text implies them, in use for a while. */
const USERS_TABLES = `
  CREATE TABLE images (
    id serial PRIMARY KEY,
    image_name varchar(255) NOT NULL,
    registry varchar(100) DEFAULT 'docker.io',
    namespace varchar(100),
    description text,
    category varchar(50),
    is_official boolean,
    approval_status varchar(20) DEFAULT 'pending'
      CONSTRAINT images_approval_status_check CHECK (approval_status IN ('pending', 'approved', 'rejected', 'on_hold')),
    created_at timestamp DEFAULT now(),
    watch_for_updates boolean,
    last_checked_at timestamp,
    next_check_at timestamp,
    owner_team text
  );
  CREATE TABLE image_tags (
    id serial PRIMARY KEY,
    image_id integer NOT NULL REFERENCES images (id),
    tag varchar(100) NOT NULL,
    architecture varchar(20) NOT NULL,
    digest varchar(100),
    size_bytes integer,
    is_recommended boolean DEFAULT false,
    approved_by varchar(100),
    approved_at timestamp,
    CONSTRAINT image_tags_key UNIQUE (image_id, tag, architecture)
  );
  CREATE TABLE image_approval_requests (
    id serial PRIMARY KEY,
    image_name varchar(255),
    image_id integer REFERENCES images (id) ON DELETE CASCADE,
    tag_name varchar(100),
    status varchar(20) CONSTRAINT request_states CHECK (status IN ('pending', 'approved', 'rejected', 'in_review', 'cancelled')),
    requested_at timestamp DEFAULT now(),
    metadata json
  );
  CREATE TABLE rollouts (id serial PRIMARY KEY, image_tag_id integer NOT NULL REFERENCES image_tags (id), image_id integer REFERENCES images (id));
  CREATE INDEX images_category_idx ON images (category);
  CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER platforms_own BEFORE UPDATE ON images FOR EACH ROW EXECUTE FUNCTION nothing();

  INSERT INTO images (image_name, namespace, approval_status, watch_for_updates, last_checked_at, owner_team) VALUES
    ('redis', NULL, 'approved', true, '2025-07-01 12:00:00.123456', 'cache'),
    ('grafana/grafana', NULL, 'on_hold', NULL, '2025-01-01 12:00:00', 'eyes'),
    ('library/nginx', 'library', 'approved', false, NULL, 'edge'),
    ('redis', NULL, 'pending', true, NULL, 'twin');
  INSERT INTO images (image_name, registry) VALUES ('postgres', NULL);
  INSERT INTO image_tags (image_id, tag, architecture, digest, size_bytes, approved_at, approved_by) VALUES
    (1, '7.2', 'amd64', 'sha256:a', 10, '2025-06-01 10:00', 'ada'),
    (1, '7.2', 'arm64', 'sha256:b', 20, '2025-05-01 10:00', 'bob'),
    (1, '7.4', 'amd64', 'sha256:c', 30, NULL, NULL),
    (1, '7.4', 'arm64', 'sha256:c', 30, NULL, NULL),
    (4, '7.4', 's390x', 'sha256:c', 30, NULL, NULL),
    (2, '11', 'amd64', 'sha256:d', 40, NULL, NULL);
  INSERT INTO rollouts (image_tag_id, image_id) VALUES (2, 1), (5, 4), (6, 2);
  INSERT INTO image_approval_requests (image_name, image_id, tag_name, status, requested_at, metadata) VALUES
    (NULL, 1, '7.5', 'pending', '2025-07-02 10:00', '{"digest": "sha256:e", "kept": [1]}'),
    (NULL, 1, '7.5', 'pending', '2025-07-01 10:00', '{"digest": "sha256:f"}'),
    (NULL, 4, '7.5', 'pending', '2025-07-03 10:00', NULL),
    (NULL, 1, '7.6', 'in_review', '2025-07-01 10:00', NULL),
    (NULL, 2, '12', 'cancelled', '2025-07-01 10:00', NULL),
    ('caddy', NULL, NULL, 'pending', '2025-07-02 10:00', NULL),
    ('caddy', NULL, NULL, 'pending', '2025-07-01 10:00', NULL),
    (NULL, 2, '13', 'approved', '2025-07-01 10:00', NULL);
`;

let db: PlatformDatabase;
let before: string[];
beforeEach(async () => {
  db = await platformDatabase(USERS_TABLES, 'Europe/Berlin');
  before = await db.schema();
});
afterEach(() => db.close());

describe("the user's own tables, in use for a while", () => {
  it('keep their rows; times without a zone are read in the zone of the database', async () => {
    await db.up();

    expect(
      await db.query(`SELECT id, image_name, registry, namespace, is_official, approval_status, watch_for_updates,
          last_checked_at AT TIME ZONE 'UTC' AT TIME ZONE 'UTC' = last_checked_at AS same,
          to_char(last_checked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS checked,
          next_check_at IS NOT NULL AS has_next, owner_team FROM images ORDER BY id`),
    ).toMatchObject([
      // Doubled with a pending one: approved only where all were.
      {
        id: 1,
        image_name: 'redis',
        namespace: 'library',
        is_official: true,
        approval_status: 'pending',
        checked: '2025-07-01 10:00:00.123456',
        has_next: true,
        owner_team: 'cache',
      },
      {
        id: 2,
        namespace: 'grafana',
        is_official: false,
        approval_status: 'pending',
        watch_for_updates: false,
        checked: '2025-01-01 11:00:00.000000',
      },
      { id: 3, image_name: 'nginx', namespace: 'library', approval_status: 'approved' },
      { id: 5, image_name: 'postgres', registry: 'docker.io', watch_for_updates: false },
    ]);
  });

  it('have one row for a tag, which says no more than all its rows said', async () => {
    await db.up();

    expect(
      await db.query(`SELECT id, image_id, tag, digest, size_bytes, architectures, status, approved_by,
          to_char(approved_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS approved FROM image_tags ORDER BY id`),
    ).toEqual([
      {
        id: 1,
        image_id: 1,
        tag: '7.2',
        digest: null,
        size_bytes: '20',
        architectures: ['amd64', 'arm64'],
        status: 'approved',
        approved_by: 'bob',
        approved: '2025-05-01 08:00',
      },
      {
        id: 3,
        image_id: 1,
        tag: '7.4',
        digest: 'sha256:c',
        size_bytes: '30',
        architectures: ['amd64', 'arm64', 's390x'],
        status: 'approved',
        approved_by: null,
        approved: null,
      },
      {
        id: 6,
        image_id: 2,
        tag: '11',
        digest: 'sha256:d',
        size_bytes: '40',
        architectures: ['amd64'],
        status: 'approved',
        approved_by: null,
        approved: null,
      },
    ]);
    // What the platform keeps about a folded row follows to the one that stays.
    expect(await db.query(`SELECT image_tag_id, image_id FROM rollouts ORDER BY id`)).toEqual([
      { image_tag_id: 1, image_id: 1 },
      { image_tag_id: 3, image_id: 1 },
      { image_tag_id: 6, image_id: 2 },
    ]);
    expect(
      await db.query(`SELECT table_name, content ->> 'id' AS id FROM image_monitor.folded_rows
                       WHERE table_name NOT LIKE '%(kept)' ORDER BY 1, 2`),
    ).toEqual([
      { table_name: 'image_tags', id: '2' },
      { table_name: 'image_tags', id: '4' },
      { table_name: 'image_tags', id: '5' },
      { table_name: 'images', id: '4' },
    ]);
  });

  it('have one pending request per question, and unknown states are rejected with a note', async () => {
    await db.up();

    const rows = await db.query(
      `SELECT id, image_id, image_name, status, digest, notes FROM image_approval_requests ORDER BY id`,
    );
    expect(rows).toEqual([
      {
        id: 1,
        image_id: 1,
        image_name: 'redis',
        status: 'superseded',
        digest: 'sha256:e',
        notes: 'The same as request 2, which is older.',
      },
      { id: 2, image_id: 1, image_name: 'redis', status: 'pending', digest: 'sha256:f', notes: null },
      {
        id: 3,
        image_id: 1,
        image_name: 'redis',
        status: 'superseded',
        digest: null,
        notes: 'The same as request 2, which is older.',
      },
      {
        id: 4,
        image_id: 1,
        image_name: 'redis',
        status: 'rejected',
        digest: null,
        notes: expect.stringContaining(`'in_review'`),
      },
      {
        id: 5,
        image_id: 2,
        image_name: 'grafana/grafana',
        status: 'rejected',
        digest: null,
        notes: expect.stringContaining(`'cancelled'`),
      },
      {
        id: 6,
        image_id: null,
        image_name: 'caddy',
        status: 'superseded',
        digest: null,
        notes: 'The same as request 7, which is older.',
      },
      { id: 7, image_id: null, image_name: 'caddy', status: 'pending', digest: null, notes: null },
      { id: 8, image_id: 2, image_name: 'grafana/grafana', status: 'approved', digest: null, notes: null },
    ]);
    expect(await db.query(`SELECT metadata FROM image_approval_requests WHERE id = 1`)).toEqual([
      { metadata: { digest: 'sha256:e', kept: [1] } },
    ]);
  });

  it('say in the report what was changed, with how many rows', async () => {
    await db.up();

    const report = await db.report();
    expect(report).toEqual(
      expect.arrayContaining([
        'images.last_checked_at: timestamp without time zone became timestamptz, read as times of Europe/Berlin (5)',
        'images.approval_status: unknown states were replaced: on_hold (1)',
        'image_tags: rows folded into another, one per image and tag; they are kept in image_monitor.folded_rows (3)',
        'image_tags.digest: tags without a digest now, since their rows had different ones: approve them again (1)',
        'images: rows folded into another, one per registry and name; they are kept in image_monitor.folded_rows (1)',
        'image_approval_requests: of pending requests about the same, the oldest stays and the others were superseded (3)',
        'rollouts.image_tag_id: refers to the row of image_tags that was kept (2)',
        'image_tags: the foreign key image_tags_image_id_fkey decides what deleting one of images does (0)',
      ]),
    );
  });

  it('serve the code that is still running', async () => {
    await db.up();

    await db.query(
      `INSERT INTO images (image_name, watch_for_updates, next_check_at) VALUES ('caddy', NULL, NULL)`,
    );
    await db.query(`UPDATE images SET next_check_at = NULL WHERE image_name = 'caddy'`);
    await db.query(
      `INSERT INTO image_approval_requests (image_id, tag_name, metadata) VALUES (2, '14', NULL)`,
    );
    const [image] = await db.query<{ id: number; namespace: string }>(
      `INSERT INTO images (image_name, approval_status) VALUES ('traefik/whoami', 'approved') RETURNING id, namespace`,
    );
    expect(image?.namespace).toBe('traefik');
    await db.query(
      `INSERT INTO image_tags (image_id, tag, architecture, digest) VALUES ($1, 'v1', 'amd64', 'sha256:x')`,
      [image?.id],
    );
    await db.query(
      `INSERT INTO image_approval_requests (image_id, tag_name, status, requested_at, metadata)
       VALUES ($1, 'v2', 'pending', now(), '{}')`,
      [image?.id],
    );
    await db.query(
      `UPDATE images SET watch_for_updates = true, next_check_at = NOW() WHERE approval_status = 'approved'`,
    );
  });

  it('keep everything of the platform after down, and go up again', async () => {
    const rowsBefore = await db.query(`SELECT id, image_name FROM images ORDER BY id`);
    await db.up();
    const adopted = await db.schema();
    await db.down();

    // Wider types stay, and PostgreSQL writes their defaults and checks with other casts; all else is as it was.
    const withoutTypes = (lines: string[]) =>
      lines
        .map((line) =>
          line
            .replace(/^((?:images|image_tags|image_approval_requests)\.\w+) .* null=/, '$1 null=')
            .replaceAll(/::(character varying|text)(\[\])?|[()]| NOT VALID$/g, ''),
        )
        .sort();
    expect(withoutTypes(await db.schema())).toEqual(withoutTypes(before));
    expect((await db.query<{ id: number }>(`SELECT id FROM images ORDER BY id`)).map(({ id }) => id)).toEqual(
      rowsBefore.map(({ id }) => id),
    );
    expect(await db.query(`SELECT count(*)::int AS n FROM image_tags`)).toEqual([{ n: 6 }]);
    expect(await db.query(`SELECT owner_team FROM images WHERE id = 4`)).toEqual([{ owner_team: 'twin' }]);

    await db.up();
    expect(await db.schema()).toEqual(adopted);
  });
});
