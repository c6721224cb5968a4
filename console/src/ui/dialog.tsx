import { useEffect, useLayoutEffect, type ComponentType } from 'react';
import { lazily } from '../lazily.js';
import { t } from '../messages/en.js';
import { say } from '../notices.js';

/** A script of its own that is a dialog. */
export const lazyDialog = <Props extends { onClose(): void }>(
  load: () => Promise<{ default: ComponentType<Props> }>,
) => lazily<Props>(load, ({ onClose }, error) => <OnItsWay onClose={onClose} error={error} />);

/** A dialog, fetched when the first one opens. */
export const Dialog = lazyDialog(() => import('./dialog-base.js'));

/**
 * A dialog has the keys before it is here: what is typed for it must not decide what lies behind it (`keys.ts`). Escape
 * takes the wish back. One that cannot be fetched says so, and all else stays as it is.
 */
function OnItsWay({ onClose, error }: { onClose(): void; error: unknown }) {
  useEffect(() => {
    if (error === undefined) return;
    say(t.error.noDialog, 'error');
    onClose();
  }, [error]);
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      onClose();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
  return <div role="dialog" hidden />;
}
