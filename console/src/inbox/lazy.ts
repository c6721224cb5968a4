import { lazily } from '../lazily.js';

/** The dialogs of a decision, fetched when the first rows are there. */
export const RejectDialog = lazily(() => import('./reject-dialog.js'));
export const BulkDialog = lazily(() => import('./bulk-dialog.js'));
