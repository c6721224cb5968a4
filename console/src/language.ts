/**
 * English, and the two languages that tests ask for by the names that Unicode has for them: `en-XA`, accented and longer,
 * and `ar-XB`, the same from the right to the left. No browser of a person asks for either.
 */
const language = globalThis.navigator?.language ?? 'en';

export const isFromTheRight = language === 'ar-XB';
export const isPseudo = language === 'en-XA' || isFromTheRight;
