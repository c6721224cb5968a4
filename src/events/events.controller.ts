import { Get, Headers, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AccessRequest } from '../http/access.guard.js';
import { CurrentActor, Role, type Actor } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { ApiProblems } from '../http/openapi.js';
import { EventStream, rawResponseOf } from './event-stream.js';

/** The live view as server-sent events. */
@ApiTags('Events')
@ApiController('events')
export class EventsController {
  constructor(private readonly stream: EventStream) {}

  @Get()
  @Role('viewer')
  @ApiOperation({
    summary: 'What changes, as it changes',
    description:
      'Server-sent events that carry ids, not contents: `event` names what happened (`approval_request.opened`, ' +
      '`tag.approved`, `check.finished` …), `data` is `{"ids": […]}` with up to 100 ids of approval requests ' +
      '(`approval_request.*`) or images (all others), or `{"many": true, "count": n}`. It begins with `hello` ' +
      '`{event_id, server_time, build}`. With `Last-Event-ID` the changes since then follow, for 5 minutes; after ' +
      'that `resync` says: read everything anew. Some events may come twice, none is left out.',
  })
  @ApiHeader({
    name: 'last-event-id',
    required: false,
    description: 'The id of the last event that was read.',
  })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiProblems(401, 403, 503)
  async listen(
    @Req() request: AccessRequest & object,
    @Res() response: object,
    @CurrentActor() actor: Actor,
    @Headers('last-event-id') lastEventId?: string,
  ): Promise<void> {
    await this.stream.listen({ request, response: rawResponseOf(response), actor, lastEventId });
  }
}
