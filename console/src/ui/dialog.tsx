import { lazy, Suspense } from 'react';
import type { DialogProps } from './dialog-base.js';

const Base = lazy(() => import('./dialog-base.js'));

/** A dialog, fetched when the first one opens. */
export function Dialog(props: DialogProps) {
  return (
    <Suspense fallback={null}>
      <Base {...props} />
    </Suspense>
  );
}
