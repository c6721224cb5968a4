import './styles/tokens.css';
import './styles/base.css';
import './styles/screens.css';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { Component, StrictMode, useEffect, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { Redirect, Route, Router, Switch, useLocation } from 'wouter';
import { Frame } from './frame.js';
import { firstAnswers, isPlainInbox } from './early.js';
import Inbox from './inbox/inbox.js';
import { BulkDialog, RejectDialog } from './inbox/lazy.js';
import { takeFirst } from './inbox/use-inbox.js';
import { startLive } from './live.js';
import { isFromTheRight } from './language.js';
import { lazily } from './lazily.js';
import { t } from './messages/en.js';
import { applyTheme } from './preferences.js';
import { queryClient, sessionQuery, settled, useSession } from './queries.js';
import { Dialog } from './ui/dialog.js';
import { Failure, problemOf, Skeleton } from './ui/parts.js';

/** Who has been led to a screen that is on its way is led on to the screen. */
const leadOn = (main: HTMLElement) => () => {
  if (document.activeElement === main)
    queueMicrotask(() => document.getElementById('content')?.focus({ preventScroll: true }));
};

/** A screen that is on its way; one that cannot be fetched is taken by the guard around it. */
const coming = (_: object, error?: unknown): ReactNode => {
  if (error instanceof Error) throw error;
  return (
    <main id="content" className="page" tabIndex={-1} ref={leadOn}>
      <Skeleton />
    </main>
  );
};
const RequestPage = lazily(() => import('./detail/request-page.js'), coming);
const Monitor = lazily(() => import('./screens/monitor.js'), coming);
const Images = lazily(() => import('./screens/images.js'), coming);
const OneImage = lazily(() => import('./screens/one-image.js'), coming);
const Audit = lazily(() => import('./screens/audit.js'), coming);
const SignIn = lazily(() => import('./screens/sign-in.js'), coming);

/** A mistake of the console's own takes one screen, not the page. */
class Guard extends Component<{ children: ReactNode; place: string }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };
  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }
  override componentDidUpdate(before: { place: string }): void {
    if (before.place !== this.props.place && this.state.error) this.setState({ error: null });
  }
  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <main id="content" className="page" tabIndex={-1}>
        <h1>{t.error.broken}</h1>
        <p className="dim">{error.message}</p>
        <button type="button" className="button" onClick={() => location.reload()}>
          {t.frame.reload}
        </button>
      </main>
    );
  }
}

function Screens() {
  const [place] = useLocation();
  return (
    <Guard place={place}>
      <Switch>
        <Route path="/">
          <Redirect to="/inbox" replace />
        </Route>
        <Route path="/inbox">
          <Inbox />
        </Route>
        <Route path="/requests/:id">{({ id }) => <RequestPage key={id} id={Number(id)} />}</Route>
        <Route path="/images">
          <Images />
        </Route>
        <Route path="/images/:id">{({ id }) => <OneImage key={id} id={Number(id)} />}</Route>
        <Route path="/monitor">
          <Monitor />
        </Route>
        <Route path="/audit">
          <Audit />
        </Route>
        <Route>
          <main id="content" className="page" tabIndex={-1}>
            <h1>{t.error.notFound}</h1>
            <a href="inbox">{t.error.toInbox}</a>
          </main>
        </Route>
      </Switch>
    </Guard>
  );
}

/** Signed in, open, or on the way to the sign-in; the place is kept. */
function Door() {
  const session = useSession();
  const [place, navigate] = useLocation();
  const problem = problemOf(session.error);
  const isOut = problem?.status === 401;
  const isIn = session.data !== undefined && !isOut;
  const build = session.data?.build;
  useEffect(() => {
    if (isIn) startLive(build);
  }, [isIn, build]);
  useEffect(() => {
    if (!isOut || place.startsWith('/sign-in')) return;
    const elsewhere = problem?.body['sign_in_url'];
    const own = new URL('sign-in', document.baseURI).href;
    const to =
      typeof elsewhere === 'string' && URL.canParse(elsewhere, document.baseURI)
        ? new URL(elsewhere, document.baseURI)
        : null;
    if (to && to.href !== own && /^https?:$/.test(to.protocol)) location.assign(to);
    else navigate(`/sign-in?to=${encodeURIComponent(place + location.search)}`, { replace: true });
  }, [isOut, place, problem, navigate]);
  if (place.startsWith('/sign-in'))
    return (
      <Guard place={place}>
        <SignIn />
      </Guard>
    );
  if (isOut) return null;
  if (problem && !session.data)
    return (
      <main id="content" className="page" tabIndex={-1}>
        <h1>{t.product}</h1>
        <Failure problem={problem} retry={() => void session.refetch()} />
      </main>
    );
  return (
    <Frame>
      <Screens />
    </Frame>
  );
}

applyTheme();
if (isFromTheRight) document.documentElement.dir = 'rtl';

/**
 * What is asked for early is mostly here by now, or will be so soon that a picture without it is not worth its time. In
 * turns: what arrived while the browser was busy with this script is read before the last of them.
 */
const TURNS = 4;
const TURN_MS = 25;

async function someTurns(): Promise<false> {
  for (let i = 0; i < TURNS; i++) await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  return false;
}

async function draw(root: Element): Promise<void> {
  if (await Promise.race([firstAnswers, someTurns()]))
    await Promise.all([queryClient.prefetchQuery(sessionQuery), isPlainInbox ? takeFirst() : null]);
  const base = new URL(document.baseURI).pathname.replace(/\/$/, '');
  createRoot(root).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <QueryClientProvider client={queryClient}>
          <Router base={base}>
            <Door />
          </Router>
        </QueryClientProvider>
      </CSPProvider>
    </StrictMode>,
  );
}
const root = document.getElementById('root');
if (root) void draw(root);

const later = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 300));
// What comes next, when the first rows are there: else a screen would begin with its skeleton.
const stop = settled.subscribe(() => {
  stop();
  later(() => {
    for (const part of [Dialog, RejectDialog, BulkDialog, RequestPage, Images, OneImage, Monitor, Audit])
      part.fetch();
  });
});
