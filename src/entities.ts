import { CreateOrAdoptTheUsersTables1764000000000 } from '../migrations/1764000000000-create-or-adopt-the-users-tables.js';
import { CreateTheMonitorsTables1764000001000 } from '../migrations/1764000001000-create-the-monitors-tables.js';
import { CreateTheOutbox1764000002000 } from '../migrations/1764000002000-create-the-outbox.js';
import { CreateApiTokens1764000003000 } from '../migrations/1764000003000-create-api-tokens.js';
import { ProbeNamespaces1764000004000 } from '../migrations/1764000004000-probe-namespaces.js';
import { ServeTheReview1764000005000 } from '../migrations/1764000005000-serve-the-review.js';
import { RememberRollouts1764000006000 } from '../migrations/1764000006000-remember-rollouts.js';
import { KeepTheBudgetsMinutes1764000020000 } from '../migrations/1764000020000-keep-the-budgets-minutes.js';
import { SortImagesAndListReplicas1764000030000 } from '../migrations/1764000030000-sort-images-and-list-replicas.js';
import { ApprovalRequest } from './approval-requests/approval-request.entity.js';
import { AuditEntry } from './audit/audit-entry.entity.js';
import { ImageTag } from './images/image-tag.entity.js';
import { Image } from './images/image.entity.js';
import { Check } from './monitor/check.entity.js';
import { ObservedTag } from './monitor/observed-tag.entity.js';

/** All entities, for the data source; a host platform adds them to its own. */
export const ENTITIES = [Image, ImageTag, ApprovalRequest, ObservedTag, Check, AuditEntry];

/** All migrations, in their order. */
export const MIGRATIONS = [
  CreateOrAdoptTheUsersTables1764000000000,
  CreateTheMonitorsTables1764000001000,
  CreateTheOutbox1764000002000,
  CreateApiTokens1764000003000,
  ProbeNamespaces1764000004000,
  ServeTheReview1764000005000,
  RememberRollouts1764000006000,
  KeepTheBudgetsMinutes1764000020000,
  SortImagesAndListReplicas1764000030000,
];
