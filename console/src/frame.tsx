import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useKeys } from './keys.js';
import { ahead, clock, number } from './intl.js';
import { live } from './live-state.js';
import { t } from './messages/en.js';
import { notice, unsay } from './notices.js';
import { applyTheme, singleKeys, theme, type Theme } from './preferences.js';
import { useSession, useStatus, useWaiting } from './queries.js';
import { useStore } from './store.js';
import {
  AuditIcon,
  CheckIcon,
  CrossIcon,
  GearIcon,
  ImagesIcon,
  InboxIcon,
  LogoIcon,
  MonitorIcon,
  WarningIcon,
} from './ui/icons.js';
import { lazyDialog } from './ui/dialog.js';
import { Menu, MenuChoices, MenuItem, MenuLine } from './ui/menu.js';
import { call } from './api/client.js';

const Help = lazyDialog(() => import('./help.js'));

const PLACES = [
  { path: '/inbox', key: '1', label: t.nav.inbox, icon: InboxIcon },
  { path: '/images', key: '2', label: t.nav.images, icon: ImagesIcon },
  { path: '/monitor', key: '3', label: t.nav.monitor, icon: MonitorIcon },
  { path: '/audit', key: '4', label: t.nav.audit, icon: AuditIcon },
] as const;

/** What stands around every screen: the four places, the budget, and how fresh everything is. */
export function Frame({ children }: { children: ReactNode }) {
  const [location, navigate] = useLocation();
  const waiting = useWaiting();
  const [isHelp, setIsHelp] = useState(false);
  const { hasNewBuild } = useStore(live);
  useKeys({
    '?': () => setIsHelp(true),
    ...Object.fromEntries(PLACES.map((place) => [place.key, () => navigate(place.path)])),
  });
  useEffect(() => {
    const place = PLACES.find((one) => location.startsWith(one.path));
    document.title = place ? `${place.label} · ${t.product}` : t.product;
  }, [location]);
  const isInbox = (path: string): boolean =>
    path === '/inbox'
      ? location.startsWith('/inbox') || location.startsWith('/requests')
      : location.startsWith(path);
  return (
    <div className="frame">
      <a className="skip" href="#content" onClick={(event) => focusContent(event)}>
        {t.skip}
      </a>
      <nav className="nav" aria-label={t.nav.label}>
        <p className="brand">
          <LogoIcon size={20} />
          <span className="nav-label">{t.product}</span>
        </p>
        <ul className="places">
          {PLACES.map((place) => (
            <li key={place.path}>
              <Link
                href={place.path}
                className="place"
                aria-current={isInbox(place.path) ? 'page' : undefined}
                title={place.label}
              >
                <place.icon />
                <span className="nav-label place-label">{place.label}</span>
                {place.path === '/inbox' && waiting.data ? (
                  <span className="count-plain nav-label">
                    {number(waiting.data.total)}
                    {waiting.data.total_is_exact === false ? '+' : ''}
                  </span>
                ) : null}
              </Link>
            </li>
          ))}
        </ul>
        <div className="nav-foot">
          <Budget />
          <LiveState />
          <Preferences onHelp={() => setIsHelp(true)} />
        </div>
      </nav>
      {children}
      <Toast />
      {hasNewBuild ? (
        <p className="new-build" role="status">
          {t.frame.newVersion}{' '}
          <button type="button" className="link" onClick={() => window.location.reload()}>
            {t.frame.reload}
          </button>
        </p>
      ) : null}
      {isHelp ? <Help onClose={() => setIsHelp(false)} /> : null}
    </div>
  );
}

function focusContent(event: React.MouseEvent): void {
  event.preventDefault();
  const list = document.querySelector<HTMLElement>('[role="grid"] [role="row"][tabindex="0"]');
  (list ?? document.getElementById('content'))?.focus();
}

function Budget() {
  const { data } = useStatus();
  if (!data) return null;
  const { remaining, limit } = data.budget;
  return (
    <div className="budget nav-label">
      <p>
        <span>{t.frame.budget}</span>
        <span className="number">{t.frame.budgetOf(remaining, limit)}</span>
      </p>
      <meter
        className="bar bar-budget"
        min={0}
        max={limit}
        value={Math.min(remaining, limit)}
        aria-label={t.frame.budget}
      />
    </div>
  );
}

function LiveState() {
  const { state, lastAt } = useStore(live);
  const status = useStatus();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const { data } = status;
  const next =
    !data || status.isError
      ? null
      : !data.running
        ? t.frame.notRunning
        : data.nextCheckIn === null
          ? t.frame.nothingWatched
          : data.nextCheckIn - (now - data.read_at) <= 0
            ? t.frame.checkDue
            : t.frame.nextCheck(ahead(data.nextCheckIn - (now - data.read_at)));
  const word = {
    live: t.frame.live,
    connecting: t.frame.reconnecting,
    reconnecting: t.frame.reconnecting,
    polling: t.frame.polling,
    paused: t.frame.paused(clock(lastAt)),
    offline: t.frame.offline,
  }[state];
  return (
    <p className="live nav-label">
      <span className={`live-dot live-${state}`} aria-hidden="true" />
      <span>
        {word}
        {next ? ` · ${next}` : ''}
      </span>
    </p>
  );
}

function Preferences({ onHelp }: { onHelp(): void }) {
  const chosen = useStore(theme);
  const hasKeys = useStore(singleKeys);
  const { data: session } = useSession();
  return (
    <div className="who">
      <span className="nav-label dim cut">
        {!session
          ? ''
          : session.auth === 'local'
            ? t.frame.local
            : session.role === 'viewer'
              ? t.frame.viewer
              : t.frame.signedInAs(session.actor)}
      </span>
      <Menu label={t.frame.preferences} className="button button-icon button-quiet" trigger={<GearIcon />}>
        <MenuChoices<Theme>
          title={t.frame.theme}
          value={chosen}
          choices={[
            { value: 'system', label: t.frame.themeSystem },
            { value: 'light', label: t.frame.themeLight },
            { value: 'dark', label: t.frame.themeDark },
          ]}
          onChoose={(value) => {
            theme.send(value);
            applyTheme();
          }}
        />
        <MenuLine />
        <MenuItem onChoose={() => singleKeys.send(!hasKeys)}>
          <span className="menu-toggle">
            {t.frame.shortcuts}
            {hasKeys ? <CheckIcon size={14} /> : <CrossIcon size={14} />}
          </span>
        </MenuItem>
        <MenuItem onChoose={onHelp}>{t.frame.help}</MenuItem>
        {session?.auth === 'token' ? (
          <MenuItem
            onChoose={() => {
              void call('delete', '/session').finally(() => location.assign(document.baseURI + 'sign-in'));
            }}
          >
            {t.frame.signOut}
          </MenuItem>
        ) : null}
      </Menu>
    </div>
  );
}

const SPOKEN_EVERY_MS = 30_000;
const SPOKEN_MS = 5_000;

/** "12 new requests" for who hears the page: not one by one, and not again when another text goes. */
function useArrivals(): string {
  const { newCount } = useStore(live);
  const [text, setText] = useState('');
  const saidAt = useRef(-SPOKEN_EVERY_MS);
  useEffect(() => {
    if (newCount === 0) return;
    const say = (): void => {
      saidAt.current = performance.now();
      setText(t.frame.arrived(newCount));
    };
    const timer = setTimeout(say, saidAt.current + SPOKEN_EVERY_MS - performance.now());
    return () => clearTimeout(timer);
  }, [newCount]);
  useEffect(() => {
    if (text === '') return;
    const timer = setTimeout(() => setText(''), SPOKEN_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return text;
}

function Toast() {
  const shown = useStore(notice);
  const arrivals = useArrivals();
  return (
    <>
      <div className="sr" role="status" aria-live="polite">
        {shown?.kind === 'result' ? shown.text : arrivals}
      </div>
      <div className="sr" role="alert" aria-live="assertive">
        {shown?.kind === 'error' ? shown.text : ''}
      </div>
      {shown ? (
        <div className="toast" role="region" aria-label={shown.text}>
          {shown.kind === 'error' ? <WarningIcon /> : <CheckIcon />}
          <span>{shown.text}</span>
          {shown.action ? (
            <button type="button" className="toast-action" onClick={shown.action.run}>
              {shown.action.label}
              {shown.action.key ? <kbd>{shown.action.key}</kbd> : null}
            </button>
          ) : null}
          <button
            type="button"
            className="toast-close"
            aria-label={t.decide.dismiss}
            onClick={() => unsay(shown.id)}
          >
            <CrossIcon size={14} />
          </button>
        </div>
      ) : null}
    </>
  );
}
