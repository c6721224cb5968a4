import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module.js';
import { AddImage } from './add-image.js';
import { ChangeImage } from './change-image.js';
import { DeleteImage } from './delete-image.js';
import { ImagesController } from './images.controller.js';
import { SwitchMonitoring } from './switch-monitoring.js';

/**
 * The images: which there are, whether they are approved and watched, and what asks of their tags; and the rows of
 * `image_tags`, which the rooms below write through this one's statements. When an image is looked at is left to
 * `monitor/`, the questions about tags and tags approved by hand to `approval-requests/`.
 *
 * Comes after those two in the list of modules: their fixed paths (`/images/monitor/status`,
 * `/images/approval-requests`) have to stand above `/images/:id`.
 */
@Module({
  imports: [EventsModule],
  controllers: [ImagesController],
  providers: [AddImage, ChangeImage, DeleteImage, SwitchMonitoring],
  exports: [AddImage, ChangeImage, DeleteImage, SwitchMonitoring],
})
export class ImagesModule {}
