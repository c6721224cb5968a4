import { Dialog as Base } from '@base-ui/react/dialog';
import { useRef, type ReactNode } from 'react';
import { t } from '../messages/en.js';
import { CrossIcon } from './icons.js';

export interface DialogProps {
  title: string;
  onClose(): void;
  children: ReactNode;
  wide?: boolean;
}

/** A dialog as Base UI makes it: the focus goes in, stays, and comes back to where it was. */
export default function Dialog(props: DialogProps) {
  const first = useRef<HTMLElement | null>(null);
  return (
    <Base.Root open onOpenChange={(isOpen) => (isOpen ? undefined : props.onClose())}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup
          className={props.wide ? 'dialog dialog-wide' : 'dialog'}
          initialFocus={() => {
            const to = first.current?.querySelector<HTMLElement>('[data-first]');
            // What is not to be pressed yet takes no focus, which would stay on the page behind.
            return to?.matches(':disabled') ? first.current : (to ?? true);
          }}
          ref={(node: HTMLDivElement | null) => {
            first.current = node;
          }}
        >
          <div className="dialog-head">
            <Base.Title className="dialog-title">{props.title}</Base.Title>
            <Base.Close className="button button-icon button-quiet" aria-label={t.decide.close}>
              <CrossIcon />
            </Base.Close>
          </div>
          {props.children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
