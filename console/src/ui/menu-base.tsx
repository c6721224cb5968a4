import { Menu as Base } from '@base-ui/react/menu';
import type { ReactNode } from 'react';
import { CheckIcon } from './icons.js';

export interface Choice<T extends string> {
  value: T;
  label: string;
  count?: number;
}

export interface MenuProps {
  label: string;
  /** What the button shows. */
  trigger: ReactNode;
  className?: string;
  children: ReactNode;
}

export interface ChoicesProps<T extends string> {
  title: string;
  value: T | null;
  choices: readonly Choice<T>[];
  onChoose(value: T): void;
}

/** A menu as Base UI makes it: loaded by `menu.tsx` when the first one is opened. */
export function Menu(props: MenuProps & { isOpen: boolean; onOpen(isOpen: boolean): void }) {
  const { label, trigger, className = 'button', children } = props;
  return (
    <Base.Root open={props.isOpen} onOpenChange={(isOpen) => props.onOpen(isOpen)}>
      <Base.Trigger className={className} aria-label={label}>
        {trigger}
      </Base.Trigger>
      <Base.Portal container={document.getElementById('content')}>
        <Base.Positioner positionMethod="fixed" sideOffset={6} align="end" className="menu-positioner">
          <Base.Popup className="menu">{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export function MenuChoices<T extends string>(props: ChoicesProps<T>) {
  return (
    <Base.RadioGroup
      value={props.value ?? ''}
      onValueChange={(value) => props.onChoose(value as T)}
      aria-label={props.title}
    >
      <div className="menu-title" aria-hidden="true">
        {props.title}
      </div>
      {props.choices.map((choice) => (
        <Base.RadioItem key={choice.value} value={choice.value} className="menu-item" closeOnClick>
          <span className="menu-check">
            <Base.RadioItemIndicator>
              <CheckIcon size={14} />
            </Base.RadioItemIndicator>
          </span>
          <span className="menu-label">{choice.label}</span>
          {choice.count === undefined ? null : <span className="count">{choice.count}</span>}
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}

export function MenuItem({ onChoose, children }: { onChoose(): void; children: ReactNode }) {
  return (
    <Base.Item className="menu-item" onClick={onChoose}>
      <span className="menu-check" />
      <span className="menu-label">{children}</span>
    </Base.Item>
  );
}

export const MenuLine = () => <Base.Separator className="menu-line" />;
