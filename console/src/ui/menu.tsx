import { createContext, useContext, useState, type ReactNode } from 'react';
import type { ChoicesProps, MenuProps } from './menu-base.js';

type Parts = typeof import('./menu-base.js');
const PartsOfMenu = createContext<Parts | null>(null);
const load = (): Promise<Parts> => import('./menu-base.js');

/**
 * A menu of single choices under titles. Until it is opened it is a plain button: menus are a third of the first
 * script, and most readers never open one. The pointer or the focus on it fetches them.
 */
export function Menu(props: MenuProps) {
  const [parts, setParts] = useState<Parts | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  if (parts)
    return (
      <PartsOfMenu value={parts}>
        <parts.Menu {...props} isOpen={isOpen} onOpen={setIsOpen} />
      </PartsOfMenu>
    );
  const open = (): void => {
    void load().then((loaded) => {
      setIsOpen(true);
      setParts(loaded);
    });
  };
  return (
    <button
      type="button"
      className={props.className ?? 'button'}
      aria-label={props.label}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
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
