import { lazy } from 'react';

/** The plots, fetched when the first one is shown. */
const all = () => import('./plots.js');

export const Budget = lazy(async () => ({ default: (await all()).Budget }));
export const SizeOfLine = lazy(async () => ({ default: (await all()).SizeOfLine }));
export const TagsPerDay = lazy(async () => ({ default: (await all()).TagsPerDay }));
export const Timeline = lazy(async () => ({ default: (await all()).Timeline }));
export const WaitingByAge = lazy(async () => ({ default: (await all()).WaitingByAge }));
