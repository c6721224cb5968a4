/**
 * What the demo shows: some forty images in their lines of versions, with all that a reviewer meets: patches and the
 * older patches below them, minors, majors, rebuilds, a re-push, a missing platform, growth, a tag of 128 characters.
 * Digests follow from the names, so that a second run finds in the database what the first one has asked about.
 */
import { createHash } from 'node:crypto';

const ALL = ['linux/amd64', 'linux/arm64/v8', 'linux/arm/v7', 'linux/386', 'linux/ppc64le', 'linux/s390x'];
const FEW = ['linux/amd64', 'linux/arm64/v8'];
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MB = 1_000_000;

/** name, category, MB, approved tag, tags that wait (oldest first); `!` a re-push, `*` lacks arm/v7, `+` grew by half. */
const LINES = `
redis|cache|118|7.4.1|8.0.0|
redis|cache|42|7.4.1-alpine|7.4.2-alpine 7.4.3-alpine 7.4.4-alpine|
postgres|database|118|17.2.2|17.2.3 17.2.4 17.2.5|
postgres|database|118|16.6.0|!16.6.0|
nginx|web|105|1.27.0|1.27.1 1.27.2 1.27.3 1.27.0-20261116|
nginx|web|21|1.27.0-alpine|1.27.3-alpine|
node|language|138|22.11.1|22.11.2 *22.12.0|
python|language|124|3.13.2|*3.13.3|
mysql|database|151|9.1.1|10.0.0|
mongo|database|114|8.0.0|*9.0.0|
influxdb|database|132|2.7.2|2.7.3 2.8.0|
grafana/grafana|observability|131|12.0.1|12.0.2 12.0.3 12.0.4 12.1.0|
grafana/loki|observability|24|3.3.0|3.3.1 3.3.2|
grafana/tempo|observability|33|2.6.0|2.6.1|
prom/prometheus|observability|98|3.1.0|3.1.1 3.2.0|
prom/alertmanager|observability|31|0.27.0|0.28.0|
prom/node-exporter|observability|12|1.8.0|1.8.1 1.8.2|
rabbitmq|queue|96|4.0.2|4.0.3 4.0.4 4.0.5|
memcached|cache|31|1.6.30|1.6.31 1.6.32 1.6.33|
haproxy|web|44|3.1.0|3.1.1 +3.2.0|
traefik|web|47|3.2.0|3.2.1 3.2.2 3.2.3|
caddy|web|18|2.8.0|2.8.1 2.8.4 2.9.0|
httpd|web|58|2.4.60|2.4.61 2.4.62|
golang|language|301|1.23.2|1.23.3 1.23.4 1.24.0|
eclipse-temurin|language|182|21.0.4|21.0.5|
ruby|language|378|3.3.5|3.3.6 3.4.0|
php|language|189|8.3.12|8.3.13 8.3.14 8.4.0|
maven|build|287|3.9.8|3.9.9|
gradle|build|402|8.10.0|8.11.0|
mariadb|database|126|11.4.2|11.4.3 11.4.4 !11.4.2|
cassandra|database|141|5.0.1|5.0.2|
elasticsearch|database|612|8.15.0|8.15.1 8.15.2 8.16.0|
kibana|observability|388|8.15.0|8.15.1 8.16.0|
logstash|observability|421|8.15.0|8.16.0|
hashicorp/vault|security|167|1.18.0|1.18.1 1.18.2|
hashicorp/consul|network|71|1.20.0|1.20.1|
minio/minio|storage|58|2025.1.0|2025.2.0 +2025.3.0|
keycloak/keycloak|security|238|26.0.5|26.0.6 26.0.7 26.1.0|
nextcloud|storage|338|30.0.1|30.0.2|
registry|storage|10|2.8.2|2.8.3 3.0.0|
zookeeper|queue|104|3.9.2|3.9.3|
sonarqube|build|412|10.7.0|25.1.0-community-build-of-the-nightly-branch-with-a-name-as-long-as-docker-allows-it-to-be-0123456789abcdef0123456789abcdef0|
`;

/** All images, each with its category. */
export function demoImages() {
  return [...new Map(rows().map(({ image, category }) => [image, category]))].map(([image, category]) => ({
    image,
    category,
  }));
}

/** The tags that are approved, to be pushed first and approved by hand. */
export function approvedPushes(now) {
  return rows().flatMap((row, i) => {
    const older = [3, 2, 1].map((step) => ({
      ...pushOf(
        row,
        `${row.approved.replace(/\d+/, (major) => Number(major))}-rc${4 - step}`,
        now - (60 + step * 9) * DAY,
      ),
      sizeBytes: Math.round(row.bytes * (1 - step * 0.012)),
    }));
    return [...older.slice(0, i % 2), pushOf(row, row.approved, now - (30 * DAY + i * HOUR), ALL)];
  });
}

/** The tags that wait, newest last; re-pushes carry other content under the approved name. */
export function waitingPushes(now) {
  return rows().flatMap((row, line) =>
    row.waiting.map((word, i) => {
      const [, mark, tag] = /^([!*+]?)(.+)$/.exec(word);
      const ageMs = (row.waiting.length - i) * 19 * HOUR + ((line * 37) % 23) * HOUR - 18 * HOUR + 600_000;
      const push = pushOf(row, tag, now - Math.max(600_000, ageMs), mark === '*' ? FEW : ALL, mark);
      const isLast = i === row.waiting.length - 1;
      const numbers = tag.split('-')[0].split('.');
      const suffix = tag.includes('-') && !tag.includes('2026') ? `-${tag.split('-')[1]}` : '';
      const canAlias = isLast && mark !== '!' && tag.length < 40 && !tag.includes('2026');
      return {
        ...push,
        aliases: canAlias && line % 3 !== 1 ? [numbers.slice(0, 2).join('.') + suffix] : undefined,
      };
    }),
  );
}

/** A tag that is pushed while one looks. */
export function livePush(image, tag, now) {
  const row = rows().find((one) => one.image === image);
  return pushOf(row, tag, now);
}

function pushOf(row, tag, at, platforms = ALL, mark = '') {
  const seed = createHash('sha256').update(`${row.image}:${tag}:${mark}`).digest('hex');
  const wobble = (Number.parseInt(seed.slice(0, 4), 16) / 65_535 - 0.5) * 0.09;
  const grown = mark === '+' ? 1.5 : row.image === 'postgres' && tag === '17.2.5' ? 0.88 : 1 + wobble;
  return {
    image: row.image,
    tag,
    at,
    digest: `sha256:${seed}`,
    sizeBytes: Math.round(row.bytes * grown),
    platforms: platforms.map((name, i) => {
      const [os, architecture, variant = null] = name.split('/');
      const size = Math.round(row.bytes * grown * (1 - i * 0.055));
      return { os, architecture, variant, digest: null, size };
    }),
  };
}

function rows() {
  return LINES.trim()
    .split('\n')
    .map((line) => {
      const [image, category, mb, approved, waiting] = line.split('|');
      return {
        image,
        category,
        bytes: Number(mb) * MB,
        approved,
        waiting: waiting.split(' ').filter(Boolean),
      };
    });
}
