import { t } from './messages/en-screens.js';
import { visible } from './tag-difference.js';

/** "alpine" of "-alpine", and a word for none. */
export const variantName = (variant: string): string =>
  variant === '' ? t.images.plain : visible(variant.replace(/^[-_.]/, ''));
