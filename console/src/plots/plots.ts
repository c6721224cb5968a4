/** Most plots are looked at together, and all of them are small: one file is less than six (see `lazy.ts`). */
export { default as Budget } from './budget.js';
export { default as SizeOfLine } from './size-of-line.js';
export { default as TagsPerDay } from './tags-per-day.js';
export { default as Timeline } from './timeline.js';
export { default as WaitingByAge } from './waiting-by-age.js';
