import { call, type Query } from './api/client.js';
import { FIRST_QUERY } from './inbox/first-rows.js';

/**
 * What the inbox needs first, asked for by a small script of its own while the large one is on its way; the page names
 * the addresses, and the browser has mostly begun with them. Each answer is handed out once, to whoever asks for the
 * same; where there is none, or it failed, he asks himself.
 */
const answers = new Map<string, Promise<unknown>>();
/** Older than this they are not what the service would say now. */
const KEPT_MS = 10_000;

const nameOf = (path: string, query: Query): string => path + JSON.stringify(query);

function ask<Answer>(path: string, query: Query = {}): Promise<Answer> {
  const answer = call<Answer>('get', path, { query });
  // Who takes it hears of its failure; nobody has to take it.
  answer.catch(() => undefined);
  answers.set(nameOf(path, query), answer);
  return answer;
}

/** A read that may have been sent already. */
export function read<Answer>(path: string, options: { query?: Query; signal: AbortSignal }): Promise<Answer> {
  const name = nameOf(path, options.query ?? {});
  const answer = answers.get(name) as Promise<Answer> | undefined;
  answers.delete(name);
  const askNow = (): Promise<Answer> => call<Answer>('get', path, options);
  return answer?.catch(askNow) ?? askNow();
}

/** The inbox without a filter; which request is open beside it is no filter. */
export const isPlainInbox = ((): boolean => {
  const path = location.href.slice(document.baseURI.length).split(/[?#]/, 1)[0]?.replace(/\/$/, '');
  const filters = [...new URLSearchParams(location.search).keys()].filter((name) => name !== 'open');
  return (path === '' || path === 'inbox') && filters.length === 0;
})();

const asked = [ask('/session')];
if (isPlainInbox) asked.push(ask('/images/approval-requests/groups', FIRST_QUERY));
/** Whether all of it is here; false as soon as one failed. */
export const firstAnswers = Promise.all(asked).then(
  () => true,
  () => false,
);
setTimeout(() => answers.clear(), KEPT_MS);
