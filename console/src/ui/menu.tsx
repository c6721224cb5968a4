import { createContext, useContext, useState, type ReactNode } from 'react';
import { t } from '../messages/en.js';
import { say } from '../notices.js';
import type { ChoicesProps, MenuProps } from './menu-base.js';

type Parts = typeof import('./menu-base.js');
const PartsOfMenu = createContext<Parts | null>(null);
const load = (): Promise<Parts> => import('./menu-base.js');
// Who opens it hears of a failure.
const fetchAhead = (): void => void load().catch(() => undefined);

/**
 * A menu of single choices under titles. Until it is opened it is a plain button: menus are a third of the first
 * script, and most readers never open one. The pointer or the focus on it fetches them.
 */
export function Menu(props: MenuProps) {
  const [parts, setParts] = useState<Parts | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const [isComing, setIsComing] = useState(false);
  if (parts)
    return (
      <PartsOfMenu value={parts}>
        <parts.Menu {...props} isOpen={isOpen} onOpen={setIsOpen} />
      </PartsOfMenu>
    );
  const open = (): void => {
    setIsComing(true);
    load().then(
      (loaded) => {
        setIsOpen(true);
        setParts(loaded);
      },
      () => {
        setIsComing(false);
        say(t.error.noDialog, 'error');
      },
    );
  };
  return (
    <>
      <button
        type="button"
        className={props.className ?? 'button'}
        aria-label={props.label}
        aria-haspopup="menu"
        aria-expanded={false}
        onPointerEnter={fetchAhead}
        onFocus={fetchAhead}
        onClick={open}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          event.stopPropagation();
          open();
        }}
      >
        {props.trigger}
      </button>
      {/* It has the keys before it is here, as a dialog has. */}
      {isComing ? <div role="menu" hidden /> : null}
    </>
  );
}

export function MenuChoices<T extends string>(props: ChoicesProps<T>) {
  const parts = useContext(PartsOfMenu);
  return parts ? <parts.MenuChoices {...props} /> : null;
}

export function MenuItem(props: { onChoose(): void; children: ReactNode }) {
  const parts = useContext(PartsOfMenu);
  return parts ? <parts.MenuItem {...props} /> : null;
}

export function MenuLine() {
  const parts = useContext(PartsOfMenu);
  return parts ? <parts.MenuLine /> : null;
}
