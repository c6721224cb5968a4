import type { Detail as DetailData, Row } from '../api/types.js';
import { shortPlatform } from '../inbox/rows.js';
import { size } from '../intl.js';
import { t } from '../messages/en.js';
import { visible } from '../tag-difference.js';

/** Every platform with its size; added and gone ones are marked. */
export function PlatformSizes({ row, platforms }: { row: Row; platforms: DetailData['platforms'] }) {
  const largest = Math.max(1, ...platforms.map((one) => one.size_bytes ?? 0));
  const before = row.approved?.platforms ?? [];
  const isNew = (name: string): boolean => before.length > 0 && !before.includes(name);
  return (
    <section>
      <h3>{t.detail.platforms}</h3>
      <ul className="platform-sizes">
        {platforms.map((one) => (
          <li key={one.name}>
            <span className={isNew(one.name) ? 'ok cut' : 'cut'}>{visible(shortPlatform(one.name))}</span>
            <meter
              className="bar"
              min={0}
              max={largest}
              value={one.size_bytes ?? 0}
              aria-label={visible(one.name)}
            />
            <span className="number">{size(one.size_bytes)}</span>
          </li>
        ))}
        {row.platforms_missing.map((name) => (
          <li key={name} className="warning">
            <span className="cut gone">{visible(shortPlatform(name))}</span>
            <span />
            <span className="number">{t.detail.removed}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
