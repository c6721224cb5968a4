import { lazily } from '../lazily.js';

/** The plots, fetched when the first one is shown. */
const all = () => import('./plots.js');

export const Budget = lazily(async () => ({ default: (await all()).Budget }));
export const SizeOfLine = lazily(async () => ({ default: (await all()).SizeOfLine }));
export const TagsPerDay = lazily(async () => ({ default: (await all()).TagsPerDay }));
export const Timeline = lazily(async () => ({ default: (await all()).Timeline }));
export const WaitingByAge = lazily(async () => ({ default: (await all()).WaitingByAge }));
