import { useLayoutEffect, useRef } from 'react';
import { singleKeys } from './preferences.js';

export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** Only what moves the reader repeats: who leans on `A`, with Caps Lock or without, must not empty the inbox. */
const MAY_REPEAT = /^(?:Shift\+)?(?:j|k|Arrow(?:Up|Down)|\[|\])$/;

/** Many keyboards have these only with Option (macOS) or AltGr, which Windows reports as Ctrl and Alt. */
const WITH_ALT = /^[[\]]$/;

/**
 * Single keys of a screen. They act only without modifiers other than those named (`Shift+j`, `Mod+a`), outside text
 * fields, dialogs and menus, and not while an input method composes. What can be seen can be decided: they are told before
 * it is painted.
 */
export function useKeys(map: KeyMap, isOn = true): void {
  const latest = useRef(map);
  useLayoutEffect(() => {
    latest.current = map;
  });
  useLayoutEffect(() => {
    if (!isOn) return;
    const onKey = (event: KeyboardEvent): void => {
      const act = actionOf(latest.current, event, singleKeys.get());
      if (!act || event.defaultPrevented || isElsewhere(event)) return;
      event.preventDefault();
      act(event);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isOn]);
}

type Pressed = Pick<
  KeyboardEvent,
  'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'repeat' | 'isComposing'
>;

/** What a key does where keys act; null: nothing. */
export function actionOf(map: KeyMap, event: Pressed, hasSingleKeys: boolean): KeyMap[string] | null {
  const name = keyName(event);
  const isPrintable = event.key.length === 1 && !name.startsWith('Mod+');
  const isOff =
    event.isComposing || (isPrintable && !hasSingleKeys) || (event.repeat && !MAY_REPEAT.test(name));
  return isOff ? null : (map[name] ?? null);
}

function keyName(event: Pressed): string {
  if (event.altKey) return WITH_ALT.test(event.key) ? event.key : '';
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
