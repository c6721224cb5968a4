import { Controller, Get, Header, UseFilters, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { AccessGuard } from '../http/access.guard.js';
import { Role } from '../http/actor.js';
import { ApiProblems } from '../http/openapi.js';
import { ProblemFilter } from '../http/problem.filter.js';
import { Metrics } from './metrics.js';

/** For Prometheus; outside the API's prefix. */
@ApiTags('Health')
@Controller('metrics')
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Role('viewer')
  @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Counters, gauges and timings in the text format of Prometheus' })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  @ApiProblems(401, 403, 429)
  async read(): Promise<string> {
    return this.metrics.text();
  }
}
