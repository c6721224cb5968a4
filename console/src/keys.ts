import { useEffect, useRef } from 'react';
import { singleKeys } from './preferences.js';

export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** Keys that decide never repeat: who leans on `A` must not empty the inbox. */
const NEVER_REPEATED = new Set(['a', 'r', 'u', 't', 'Enter']);

/**
 * Single keys of a screen. They act only without modifiers other than those named (`Shift+j`, `Mod+a`), outside text
 * fields, dialogs and menus, and not while an input method composes.
 */
export function useKeys(map: KeyMap, isOn = true): void {
  const latest = useRef(map);
  useEffect(() => {
    latest.current = map;
  });
  useEffect(() => {
    if (!isOn) return;
    const onKey = (event: KeyboardEvent): void => {
      const name = keyName(event);
      const act = latest.current[name];
      if (!act || event.defaultPrevented || event.isComposing || isElsewhere(event)) return;
      const isPrintable = event.key.length === 1 && !event.ctrlKey && !event.metaKey;
      if (isPrintable && !singleKeys.get()) return;
      if (event.repeat && NEVER_REPEATED.has(event.key)) return;
      event.preventDefault();
      act(event);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isOn]);
}

function keyName(event: KeyboardEvent): string {
  if (event.altKey) return '';
  const isLetter = /^[a-z]$/i.test(event.key);
  const key = isLetter ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && (isLetter || key.length > 1) ? 'Shift+' : '';
  return `${event.ctrlKey || event.metaKey ? 'Mod+' : ''}${shift}${key}`;
}

function isElsewhere(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  if (
    target?.closest(
      'input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="alertdialog"]',
    )
  )
    return true;
  if (document.querySelector('[role="dialog"], [role="menu"]')) return true;
  // A button or link keeps Enter for itself; rows of the list are neither.
  return event.key === 'Enter' && target?.closest('button, a') !== null && target !== null;
}
