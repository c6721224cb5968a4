import { lazily } from '../lazily.js';

/** A dialog, fetched when the first one opens. */
export const Dialog = lazily(() => import('./dialog-base.js'));
