import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';

const app = await NestFactory.create<NestExpressApplication>(AppModule);
app.setGlobalPrefix('api');
// A decision on 1,000 requests is larger than the 100 kB that Express takes.
app.useBodyParser('json', { limit: '1mb' });
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
process.stdout.write(`The platform listens on ${await app.getUrl()}\n`);
