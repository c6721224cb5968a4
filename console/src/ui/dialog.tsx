import { lazy, Suspense, type ReactNode } from 'react';

export interface DialogProps {
  title: string;
  onClose(): void;
  children: ReactNode;
  wide?: boolean;
}

const Base = lazy(() => import('./dialog-base.js'));

/** A dialog, fetched when the first one opens. */
export function Dialog(props: DialogProps) {
  return (
    <Suspense fallback={null}>
      <Base {...props} />
    </Suspense>
  );
}
