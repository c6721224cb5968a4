import { age, moment } from '../intl.js';
import { t } from '../messages/en.js';

export function Ago({ at, now }: { at: string; now: number }) {
  return (
    <time dateTime={at} title={moment(at)}>
      {t.time.ago(age(at, now))}
    </time>
  );
}
