import { lazyDialog } from '../ui/dialog.js';

/** The dialogs of a decision, fetched when the first rows are there. */
export const RejectDialog = lazyDialog(() => import('./reject-dialog.js'));
export const BulkDialog = lazyDialog(() => import('./bulk-dialog.js'));
