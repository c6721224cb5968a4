import { BadRequestException, Body, Controller, Get, Injectable, Module, Post } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import {
  Gate,
  OnDomainEvent,
  WebhooksModule,
  parseImageName,
  type DomainEventOf,
} from 'image-monitoring-service';
import {
  Column,
  Entity,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type MigrationInterface,
  type QueryRunner,
  type Repository,
} from 'typeorm';

/** The platform's own table, in the same database as ours. */
@Entity({ name: 'devices' })
export class Device {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'text' }) name!: string;
}

/** A rollout, by the id of the event that asked for it: a repeated delivery finds it there. */
@Entity({ name: 'rollouts' })
export class Rollout {
  @PrimaryColumn({ type: 'uuid' }) id!: string;
  @Column({ type: 'text' }) what!: string;
}

/** The platform's own migrations, in its own table of migrations. */
export class CreateDevices1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE devices (id serial PRIMARY KEY, name text NOT NULL)`);
    await runner.query(`CREATE TABLE rollouts (id uuid PRIMARY KEY, what text NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE rollouts, devices`);
  }
}

/** Listens to the service, and has a heartbeat of its own. */
@Injectable()
export class Rollouts {
  beats = 0;
  readonly startedAt = Date.now();

  constructor(@InjectRepository(Rollout) private readonly rollouts: Repository<Rollout>) {}

  @Interval(200)
  beat(): void {
    this.beats += 1;
  }

  @OnDomainEvent('rollout.requested')
  async start({ id, data }: DomainEventOf<'rollout.requested'>): Promise<void> {
    await this.rollouts.upsert({ id, what: `${data.image_name}@${data.digest}` }, ['id']);
  }

  async started(): Promise<string[]> {
    return (await this.rollouts.find()).map(({ what }) => what);
  }
}

/** The platform's own routes: its pipes, filters and guards, not the service's. */
@Controller('devices')
export class DevicesController {
  constructor(
    private readonly rollouts: Rollouts,
    private readonly gate: Gate,
  ) {}

  @Get()
  async status(): Promise<unknown> {
    const { beats, startedAt } = this.rollouts;
    return { rollouts: await this.rollouts.started(), beats, elapsed_ms: Date.now() - startedAt };
  }

  /** May the fleet run this? Asks the gate as a service, without HTTP. */
  @Post('deployments')
  async mayDeploy(@Body() body: { image?: string; tag?: string; anything?: unknown }): Promise<unknown> {
    if (body.image === undefined || body.tag === undefined)
      throw new BadRequestException('image and tag, please');
    const { verdict } = await this.gate.judge(parseImageName(body.image), body.tag);
    return { verdict: verdict.outcome, reason: verdict.reason };
  }
}

@Module({
  imports: [TypeOrmModule.forFeature([Device, Rollout]), WebhooksModule],
  controllers: [DevicesController],
  providers: [Rollouts],
})
export class DevicesModule {}
