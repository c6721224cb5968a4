/**
 * What a host platform imports: modules, services, entities, events, and who asks. The only file that re-exports
 * anything; `docs/embedding.md` shows it in use. It leads to nothing that only the stand-alone service needs (the
 * embedded PostgreSQL, `.env`, the process).
 */
export {
  ImageMonitoringModule,
  type AuthenticationOption,
  type ImageMonitoringAsyncOptions,
  type ImageMonitoringOptions,
  type ImageMonitoringStaticOptions,
} from './image-monitoring.module.js';
export type { ConsoleMount } from './console/console-pages.js';

// Rooms, to be imported by a host's module for their services.
export { ApprovalRequestsModule } from './approval-requests/approval-requests.module.js';
export { AuthModule } from './auth/auth.module.js';
export { DockerHubModule } from './docker-hub/docker-hub.module.js';
export { EventsModule } from './events/events.module.js';
export { HealthModule } from './health/health.module.js';
export { ImagesModule } from './images/images.module.js';
export { MonitorModule } from './monitor/monitor.module.js';
export { QueueModule } from './queue/queue.module.js';
export { WebhooksModule } from './webhooks/webhooks.module.js';

// Services.
export { DecideInBulk } from './approval-requests/decide-in-bulk.js';
export { DecideRequests } from './approval-requests/decide-requests.js';
export type { DecisionOrder, DecisionResult } from './approval-requests/decision-order.js';
export { RequestBudget, type BudgetStatus } from './docker-hub/budget.js';
export { DockerHubClient } from './docker-hub/docker-hub.client.js';
export { DockerHubError, type DockerHubErrorKind } from './docker-hub/errors.js';
export { DomainEvents } from './events/domain-events.service.js';
export { AddImage, type AddImageOrder } from './images/add-image.js';
export { ChangeImage, type ChangeImageOrder } from './images/change-image.js';
export { DeleteImage, type DeleteImageOrder } from './images/delete-image.js';
export { SwitchMonitoring, type SwitchMonitoringOrder } from './images/switch-monitoring.js';
export { CheckNow, type CheckNowResult } from './monitor/check-now.js';
export { ImageMonitorService, type Cycle } from './monitor/image-monitor.service.js';
export { JobQueue } from './queue/job-queue.js';
export { Gate, type GateJudgement } from './webhooks/gate.js';

// Entities and migrations, for the host's data source.
export { ENTITIES, MIGRATIONS } from './entities.js';
export { ApprovalRequest } from './approval-requests/approval-request.entity.js';
export { AuditEntry, type AuditSubject } from './audit/audit-entry.entity.js';
export { ImageTag, type ImageTagStatus } from './images/image-tag.entity.js';
export { Image, type ImageApprovalStatus, type RequestPolicy } from './images/image.entity.js';
export { Check, type CheckOutcome, type CheckReason } from './monitor/check.entity.js';
export { ObservedTag } from './monitor/observed-tag.entity.js';
export { DATA_SOURCE } from './database/data-source.js';
export type { DataSourceChoice } from './database/database.module.js';
export { migrate, pendingMigrations, type MigrationClass } from './database/migrate.js';

// Domain events.
export {
  DOMAIN_EVENT_NAMES,
  OnDomainEvent,
  type ApprovalRequestPayload,
  type DomainEvent,
  type DomainEventName,
  type DomainEventOf,
  type DomainEventPayloads,
  type NewDomainEvent,
  type Signal,
  type SignalName,
  type TagPayload,
} from './events/domain-events.js';

// Who asks, and what he may do.
export { HOST_AUTHENTICATION, type HostAuthentication } from './auth/host-authentication.js';
export type { AccessRequest } from './http/access.guard.js';
export { ACTOR_ROLES, CurrentActor, Public, Role, type Actor, type ActorRole } from './http/actor.js';

// Settings.
export {
  ConfigurationError,
  settingsFrom,
  type SettingProblem,
  type SettingsOptions,
} from './config/load-settings.js';
export { Secret } from './config/secret.js';
export { SETTINGS, type Settings } from './config/settings.js';

// What services refuse, and how names and decisions are spelled.
export type { DecisionAction, DecisionCode, RequestStatus } from './domain/decision.js';
export { parseImageName, type ImageName } from './domain/image-name.js';
export { Refusal, type FieldError, type RefusalKind } from './domain/refusals.js';
export type { Verdict, VerdictOutcome, VerdictReason } from './domain/verdict.js';
