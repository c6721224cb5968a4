import { useEffect } from 'react';
import { t } from './messages/en.js';
import { say } from './notices.js';
import { visible } from './tag-difference.js';

/** Says which parts of the address were left out: it is rewritten without them, and a list alone would not show it. */
export function useDropped(names: readonly string[]): void {
  const text = names.map(visible).join(', ');
  useEffect(() => {
    if (text !== '') say(t.inbox.dropped(text));
  }, [text]);
}
