import { shortDigest } from '../intl.js';
import { t } from '../messages/en-screens.js';

/** More of them say less. */
const MOST_FIELDS = 3;
const LONGEST = 40;

type State = Readonly<Record<string, unknown>>;

/** "waiting → approved"; of other fields the name before it, as the API has it. What stayed as it was is left out. */
export function changeOf(from: State, to: State): string {
  const changed = [...new Set([...Object.keys(from), ...Object.keys(to)])].filter(
    (name) => JSON.stringify(from[name]) !== JSON.stringify(to[name]),
  );
  if (changed.includes('status')) return stepOf(from['status'], to['status']);
  const shown = changed.slice(0, MOST_FIELDS).map((name) => `${name}: ${stepOf(from[name], to[name])}`);
  return [...shown, ...(changed.length > MOST_FIELDS ? ['…'] : [])].join(', ');
}

const stepOf = (from: unknown, to: unknown): string => `${wordOf(from)} → ${wordOf(to)}`;

function wordOf(value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  if (typeof value === 'boolean') return value ? t.images.yes : t.images.no;
  if (typeof value !== 'string') return cut(JSON.stringify(value));
  if (value.startsWith('sha256:')) return shortDigest(value);
  return (t.status as Record<string, string>)[value] ?? cut(value);
}

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
