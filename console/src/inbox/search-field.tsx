import { useEffect, useRef, useState } from 'react';
import { t } from '../messages/en.js';
import { SearchIcon } from '../ui/icons.js';

/** Letters that come faster than this are asked for together. */
const AFTER_MS = 60;

/** A filter that is typed; the list follows a letter at once, and several quick ones a moment after the last. */
export function SearchField(props: {
  value: string;
  fieldRef: React.RefObject<HTMLInputElement | null>;
  onChange(value: string): void;
  /** The reader is through with it, and wants the list. */
  onLeave(): void;
}) {
  const [text, setText] = useState(props.value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const typedAt = useRef(-AFTER_MS);
  useEffect(() => {
    if (document.activeElement !== props.fieldRef.current) setText(props.value);
  }, [props.value, props.fieldRef]);
  return (
    <div className="search">
      <SearchIcon />
      <input
        ref={props.fieldRef}
        type="search"
        aria-label={t.inbox.search}
        placeholder={t.inbox.search}
        value={text}
        maxLength={200}
        spellCheck={false}
        onChange={(event) => {
          const { value } = event.target;
          setText(value);
          clearTimeout(timer.current);
          const isQuick = event.timeStamp - typedAt.current < AFTER_MS;
          typedAt.current = event.timeStamp;
          timer.current = setTimeout(() => props.onChange(value), isQuick ? AFTER_MS : 0);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' && event.key !== 'Enter') return;
          if (event.nativeEvent.isComposing) return;
          clearTimeout(timer.current);
          const value = event.key === 'Escape' ? '' : text;
          setText(value);
          props.onChange(value);
          event.currentTarget.blur();
          props.onLeave();
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}
