import { Module } from '@nestjs/common';
import { AuditLogController } from './audit-log.controller.js';

/**
 * The audit log: who changed what, from what to what, when and why. Rooms write it through `record(tx, …)` in the
 * transaction of the change it describes; here it is read. Nothing changes or deletes an entry: the table refuses.
 */
@Module({ controllers: [AuditLogController] })
export class AuditModule {}
