import { isFromTheRight } from './language.js';

/** Dates, numbers, ages and lists as the reader's language writes them. One locale for the page, set once. */
const locale = 'en';

const whole = new Intl.NumberFormat(locale);
const plural = new Intl.PluralRules(locale);
const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long' });
const clockTime = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hour12: false });
const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
const calendar = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
const lists = new Intl.ListFormat(locale, { style: 'long', type: 'conjunction' });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always' });
const megabytes = [0, 1].map(
  (digits) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits, minimumFractionDigits: digits }),
);
const NO_BREAK = '\u00a0';

/** A number and its unit stay together in a line that runs from the right. */
const together = (text: string): string => (isFromTheRight ? `\u2066${text}\u2069` : text);

export const number = (value: number): string => whole.format(value);

/** `forms` by plural category; `#` stands for the number. */
export function counted(value: number, forms: { one: string; other: string }): string {
  const form = plural.select(value) === 'one' ? forms.one : forms.other;
  return form.replace('#', number(value));
}

export const list = (words: readonly string[]): string => lists.format(words);

const UNITS: readonly [string, string, number][] = [
  ['d', 'day', 86_400_000],
  ['h', 'hour', 3_600_000],
  ['min', 'minute', 60_000],
];

/** "3 h": short, for columns. */
export function age(iso: string | null, now: number): string {
  if (iso === null) return '–';
  const passed = Math.max(0, now - Date.parse(iso));
  for (const [unit, , size] of UNITS)
    if (passed >= size) return together(`${number(Math.floor(passed / size))}${NO_BREAK}${unit}`);
  return together(`<${NO_BREAK}1${NO_BREAK}min`);
}

/** "3 hours ago": long, for names that are spoken. */
export function spokenAge(iso: string, now: number): string {
  const passed = Math.max(0, now - Date.parse(iso));
  for (const [, unit, size] of UNITS)
    if (passed >= size)
      return relative.format(-Math.floor(passed / size), unit as Intl.RelativeTimeFormatUnit);
  return relative.format(0, 'minute');
}

/** "12 s", "14 min": what is still to come. */
export function ahead(ms: number): string {
  if (ms < 60_000) return together(`${Math.max(0, Math.ceil(ms / 1000))}${NO_BREAK}s`);
  if (ms < 5_400_000) return together(`${Math.round(ms / 60_000)}${NO_BREAK}min`);
  return together(`${Math.round(ms / 3_600_000)}${NO_BREAK}h`);
}

export const moment = (iso: string): string => exact.format(new Date(iso));
export const clock = (at: number | string): string => clockTime.format(new Date(at));
export const dayOf = (iso: string): string => day.format(new Date(iso));

/** A day as the service counts it, "2026-11-25": the same day whatever the reader's zone. */
export const calendarDay = (iso: string): string => calendar.format(new Date(`${iso}T00:00:00Z`));

/** Megabytes of 10⁶ as Docker Hub gives them, compressed. */
export function size(bytes: number | null): string {
  if (bytes === null) return '–';
  const mb = bytes / 1e6;
  return together(`${megabytes[mb >= 100 ? 0 : 1]?.format(mb)}${NO_BREAK}MB`);
}

/** "−12 %", "±0 %", "+2 %". */
export function change(percent: number | null): string {
  if (percent === null) return '';
  const rounded = Math.round(percent);
  if (rounded === 0) return together(`±0${NO_BREAK}%`);
  return together(`${rounded > 0 ? '+' : '−'}${number(Math.abs(rounded))}${NO_BREAK}%`);
}

export const shortDigest = (digest: string | null): string =>
  digest === null ? '–' : digest.replace(/^[^:]*:/, '').slice(0, 10);
