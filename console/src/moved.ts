import { createStore } from './store.js';

/** The open request whose tag was pushed again while it was read, until the new comparison was shown. */
export const moved = createStore<number | null, number | null>(null, (_, next) => next);
