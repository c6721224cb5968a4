import { useState } from 'react';
import { useSearch } from 'wouter';
import { call } from '../api/client.js';
import { ApiProblem } from '../api/problem.js';
import type { Session } from '../api/types.js';
import { t } from '../messages/en-screens.js';
import { useSession } from '../queries.js';
import { LogoIcon } from '../ui/icons.js';

/** A pasted token becomes a cookie that script cannot read; the token itself is kept nowhere. */
export default function SignIn() {
  const session = useSession();
  const to = new URLSearchParams(useSearch()).get('to') ?? '/inbox';
  const [problem, setProblem] = useState<string | null>(null);
  const go = (token: string): void => {
    call<Session>('post', '/session', { body: { token } }).then(
      // The page begins anew: what was shown to somebody else, or refused before, is left behind with it.
      () => location.replace(placeOf(to)),
      (error: unknown) =>
        setProblem(
          error instanceof ApiProblem && (error.status === 401 || error.status === 400)
            ? t.signIn.wrong
            : error instanceof ApiProblem
              ? error.detail || t.error.noAnswer
              : String(error),
        ),
    );
  };
  // A service that was open until somebody made the first token has said so before it refused.
  const isOpen = session.data?.auth === 'local' && !session.isError;
  return (
    <main id="content" className="sign-in" tabIndex={-1}>
      <h1>
        <LogoIcon size={22} /> {t.signIn.title}
      </h1>
      {isOpen ? (
        <>
          <p>{t.signIn.local}</p>
          <a className="button" href="inbox">
            {t.error.toInbox}
          </a>
        </>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const field = event.currentTarget.elements.namedItem('token') as HTMLInputElement;
            const token = field.value.trim();
            field.value = '';
            if (token !== '') go(token);
          }}
        >
          <p className="dim">{t.signIn.text}</p>
          <label className="field-label" htmlFor="token">
            {t.signIn.token}
          </label>
          <input
            id="token"
            name="token"
            type="password"
            className="field"
            autoComplete="current-password"
            spellCheck={false}
            aria-describedby="token-problem"
          />
          <p id="token-problem" className="danger" role="alert">
            {problem}
          </p>
          <button type="submit" className="button button-primary">
            {t.signIn.go}
          </button>
        </form>
      )}
    </main>
  );
}

/** A place of this console: an address from outside must not lead away. */
function placeOf(to: string): string {
  const base = document.baseURI;
  const wanted = URL.canParse(`.${to}`, base) ? new URL(`.${to}`, base).href : base;
  return /^\/(?![/\\])/.test(to) && wanted.startsWith(base) ? wanted : new URL('inbox', base).href;
}
