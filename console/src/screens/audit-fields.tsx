import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { t } from '../messages/en-screens.js';
import { visible } from '../tag-difference.js';
import { SearchIcon } from '../ui/icons.js';

type Images = components['schemas']['ImageList'];
type OneImage = components['schemas']['OneImageAnswer'];

const LOOK_AFTER_MS = 250;
const SUGGESTED = 20;

/** One image by its name: what is typed suggests some, and the name of one is the choice. */
export function ImageField({ id, onChoose }: { id: string | null; onChoose(id: string): void }) {
  const chosen = useQuery({
    queryKey: ['images', 'one', Number(id)],
    enabled: id !== null,
    queryFn: ({ signal }) => call<OneImage>('get', `/images/${id}`, { signal }),
  });
  const name = id === null ? '' : (chosen.data?.image.image_name ?? (chosen.isError ? `#${id}` : ''));
  const [typed, setTyped] = useState<string | null>(null);
  const [wanted, setWanted] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setWanted(typed?.trim() ?? ''), LOOK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = useQuery({
    queryKey: ['images', 'named', wanted],
    enabled: wanted !== '' && wanted !== name,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      call<Images>('get', '/images', { query: { search: wanted, limit: SUGGESTED }, signal }),
  });
  const images = wanted === '' ? [] : (found.data?.images ?? []);
  const choose = (text: string): void => {
    const match = images.find((image) => image.image_name === text.trim());
    if (match && String(match.id) !== id) onChoose(String(match.id));
    else setWanted(text.trim());
  };
  const isEntered = useRef(false);
  useEffect(() => {
    // Who was faster than the suggestions.
    if (isEntered.current && typed !== null) choose(typed);
  }, [found.data]);
  useEffect(() => {
    if (id === null) setTyped(null);
  }, [id]);
  return (
    <div className="search">
      <SearchIcon />
      <input
        type="search"
        aria-label={t.audit.image}
        placeholder={t.audit.imageShort}
        value={typed ?? visible(name)}
        maxLength={255}
        spellCheck={false}
        list="audit-images"
        onChange={({ target, nativeEvent }) => {
          isEntered.current = false;
          setTyped(target.value);
          if (target.value === '' && id !== null) onChoose('');
          // One of the suggestions comes at once, and not letter by letter.
          const { inputType } = nativeEvent as InputEvent;
          if (inputType === undefined || inputType === 'insertReplacementText') choose(target.value);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
          isEntered.current = true;
          choose(event.currentTarget.value);
        }}
        onBlur={({ target }) => choose(target.value)}
      />
      <datalist id="audit-images">
        {images.map((image) => (
          <option key={image.id} value={image.image_name} />
        ))}
      </datalist>
    </div>
  );
}

/** From the first to the last day, as the reader's clock has them. */
export function Days(props: {
  since: string | undefined;
  until: string | undefined;
  onChange(name: 'since' | 'until', value: string): void;
}) {
  const first = props.since === undefined ? '' : localDay(Date.parse(props.since));
  const last = props.until === undefined ? '' : localDay(Date.parse(props.until) - 1);
  return (
    <div className="days" role="group" aria-label={t.audit.days}>
      <Day
        label={t.audit.firstDay}
        value={first}
        max={last}
        onChange={(day) => props.onChange('since', midnightOf(day, 0))}
      />
      <span aria-hidden="true">–</span>
      <Day
        label={t.audit.lastDay}
        value={last}
        min={first}
        onChange={(day) => props.onChange('until', midnightOf(day, 1))}
      />
    </div>
  );
}

function Day(props: {
  label: string;
  value: string;
  min?: string;
  max?: string;
  onChange(day: string): void;
}) {
  return (
    <input
      type="date"
      className="field"
      aria-label={props.label}
      title={props.label}
      value={props.value}
      min={props.min || undefined}
      max={props.max || undefined}
      onChange={({ target }) => props.onChange(target.value)}
    />
  );
}

/** "2026-11-25" where the reader is. */
function localDay(ms: number): string {
  const day = new Date(ms);
  return new Date(ms - day.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

/** The beginning of the day, or of one after it, where the reader is; a day that is no day yet is none. */
function midnightOf(day: string, daysLater: number): string {
  const at = new Date(`${day}T00:00:00`);
  if (Number.isNaN(at.getTime()) || at.getFullYear() < 1970) return '';
  at.setDate(at.getDate() + daysLater);
  return at.toISOString();
}
