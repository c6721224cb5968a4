import type { Detail as DetailData, Row } from '../api/types.js';
import { shortPlatform, SizeChange } from '../inbox/rows.js';
import { age, list, shortDigest, size } from '../intl.js';
import { t } from '../messages/en.js';
import { visible } from '../tag-difference.js';
import { CopyIcon, WarningIcon } from '../ui/icons.js';
import { copy, Tag } from '../ui/parts.js';
import { Ago } from './ago.js';

/** What is approved beside what is asked for. */
export function Comparison({ row, detail, now }: { row: Row; detail: DetailData | null; now: number }) {
  if (row.tag_name === null) return null;
  const { approved } = row;
  const own = detail?.platforms.map((one) => one.name) ?? [];
  const added =
    approved && approved.platforms.length > 0 ? own.filter((name) => !approved.platforms.includes(name)) : [];
  return (
    <table className="comparison">
      <caption className="sr">{t.detail.comparison}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{t.detail.approvedColumn}</th>
          <th scope="col">{t.detail.thisColumn}</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">{t.detail.tag}</th>
          <td className="tag">
            {approved ? (
              <Tag tag={approved.tag} approved={null} longest={16} />
            ) : (
              <span className="none dim">{t.detail.none}</span>
            )}
          </td>
          <td className="this">
            <Tag tag={row.tag_name} approved={approved?.tag ?? null} longest={18} />
          </td>
        </tr>
        <tr>
          <th scope="row">{t.detail.digest}</th>
          <td>
            <Digest digest={approved?.digest ?? null} name={t.detail.approvedDigest} />
          </td>
          <td className="this">
            <Digest digest={row.digest} name={t.detail.digest} />
          </td>
        </tr>
        <tr>
          <th scope="row">{t.detail.size}</th>
          <td>{approved ? size(approved.size_bytes) : '–'}</td>
          <td className="this">
            {size(row.size_bytes)}{' '}
            <span className="gap">{<SizeChange percent={row.size_change_percent} />}</span>
          </td>
        </tr>
        <tr>
          <th scope="row">{t.detail.pushTime}</th>
          <td>{approved?.pushed_at ? <Ago at={approved.pushed_at} now={now} /> : '–'}</td>
          <td className="this">{row.pushed_at ? <Ago at={row.pushed_at} now={now} /> : '–'}</td>
        </tr>
        <tr>
          <th scope="row">{t.detail.platforms}</th>
          <td>{approved && approved.platforms.length > 0 ? approved.platforms.length : '–'}</td>
          <td className="this">
            {row.platform_count || '–'}
            {row.platforms_missing.length > 0 ? (
              <span className="gap warning">
                <WarningIcon size={13} />{' '}
                {t.detail.gone(list(row.platforms_missing.map(shortPlatform).map(visible)))}
              </span>
            ) : null}
            {added.length > 0 ? (
              <span className="gap ok">{t.detail.added(list(added.map(shortPlatform).map(visible)))}</span>
            ) : null}
          </td>
        </tr>
        {row.bump === 'repush' && (detail?.digest_history.length ?? 0) > 0 ? (
          <tr>
            <th scope="row">{t.detail.digestHistory}</th>
            <td colSpan={2}>
              {detail?.digest_history.map((past) => (
                <span key={past.digest} className="past tag" title={past.digest}>
                  {shortDigest(past.digest)}
                  {past.at ? <span className="dim"> {age(past.at, now)}</span> : null}
                </span>
              ))}
            </td>
          </tr>
        ) : null}
      </tbody>
    </table>
  );
}

/** The beginning of a digest; copying takes all of it. */
function Digest({ digest, name }: { digest: string | null; name: string }) {
  if (digest === null) return <span className="tag">–</span>;
  return (
    <>
      <span className="tag">{shortDigest(digest)}</span>
      <button
        type="button"
        className="copy"
        aria-label={t.detail.copy(name)}
        title={digest}
        onClick={() => void copy(digest)}
      >
        <CopyIcon size={13} />
      </button>
    </>
  );
}
