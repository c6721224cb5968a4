import { isPseudo } from '../language.js';

const asItIs = <T>(texts: T): T => texts;

/** Texts as the page's language says them. The invented one is fetched only where a test asks for it. */
export const spoken = isPseudo ? (await import('./pseudo.js')).pseudo : asItIs;
