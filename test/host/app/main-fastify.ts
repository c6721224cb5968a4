import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { FleetModule } from './fleet.module.js';

const app = await NestFactory.create<NestFastifyApplication>(FleetModule, new FastifyAdapter());
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
process.stdout.write(`The platform listens on ${await app.getUrl()}\n`);
