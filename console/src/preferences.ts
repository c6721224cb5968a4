import { remembered } from './store.js';

export type Theme = 'system' | 'light' | 'dark';

export const theme = remembered<Theme>('theme', 'system', (value): value is Theme =>
  ['system', 'light', 'dark'].includes(value as string),
);
/** WCAG 2.1.4: keys without modifiers can be switched off. */
export const singleKeys = remembered<boolean>('single-keys', true, (value) => typeof value === 'boolean');
/** The histogram above the list, which is folded away at first. */
export const agesShown = remembered<boolean>('ages', false, (value) => typeof value === 'boolean');
export const lastReasons = remembered<string[]>(
  'reasons',
  [],
  (value): value is string[] => Array.isArray(value) && value.every((one) => typeof one === 'string'),
);

export interface SavedView {
  name: string;
  query: string;
}
export const savedViews = remembered<SavedView[]>('views', [], isViews);

export function isViews(value: unknown): value is SavedView[] {
  return (
    Array.isArray(value) &&
    value.length <= 200 &&
    value.every((one: unknown) => {
      const view = one as SavedView | null;
      return typeof view?.name === 'string' && view.name.length <= 100 && typeof view.query === 'string';
    })
  );
}

export function applyTheme(): void {
  const wanted = theme.get();
  if (wanted === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = wanted;
}
