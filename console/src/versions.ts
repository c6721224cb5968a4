import { t } from './messages/en.js';
import { visible } from './tag-difference.js';

/** Order of tags for showing: numbers by value, from the left; more numbers are the more exact name. */
export function compareTags(a: string, b: string): number {
  const left = a.match(/\d+/g) ?? [];
  const right = b.match(/\d+/g) ?? [];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = Number(left[i] ?? -1) - Number(right[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Of names for one content the most exact first: `7.5.1`, `7.5`, `latest`. */
export function mostExactFirst(a: string, b: string): number {
  return (
    (b.match(/\d+/g) ?? []).length - (a.match(/\d+/g) ?? []).length || b.length - a.length || (a < b ? -1 : 1)
  );
}

/** "alpine" of "-alpine", and a word for none. */
export const variantName = (variant: string): string =>
  variant === '' ? t.images.plain : visible(variant.replace(/^[-_.]/, ''));
