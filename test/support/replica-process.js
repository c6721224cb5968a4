/**
 * A replica of the service as a process of its own, for tests that kill or stop it: forked with the folder of the
 * compiled sources, it loads everything, says `loaded`, and connects when it is told its settings. IMS_FAILPOINTS says
 * where it dies (`src/config/failpoint.ts`); EVENTS_TO is where two handlers of each domain event say what they got.
 */
import module from 'node:module';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';
import { EventEmitter2 } from '@nestjs/event-emitter';

const [compiled] = process.argv.slice(2);
const load = (path) => import(join(compiled, 'src', path));
const [{ createApplication }, { settingsFrom }, { createDataSource }, { ENTITIES }] = await Promise.all(
  ['app.module.js', 'config/load-settings.js', 'database/data-source.js', 'entities.js'].map(load),
);
const [{ ImageMonitorService }, { JobQueue }, { DOMAIN_EVENT_NAMES }] = await Promise.all(
  ['monitor/image-monitor.service.js', 'queue/job-queue.js', 'events/domain-events.js'].map(load),
);
// Who is killed writes no cache at his end.
module.flushCompileCache();

let app = null;
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  if (message === 'stop') void app?.close().then(() => process.exit(0));
  else if (message === 'beat') void app?.get(ImageMonitorService).beat();
  else if (message === 'deliver') app?.get(JobQueue).wake('domain-events');
  // What pg-boss does by itself once a minute: jobs of the dead are tried again.
  else if (message === 'supervise') void app?.get(JobQueue).boss.supervise();
  else if (message === 'memory') {
    process.send({ rss: process.memoryUsage.rss(), cpu: process.cpuUsage() });
  } else if (message.heapTo) {
    process.send(writeHeapSnapshot(message.heapTo));
  } else void start(message);
});
process.send('loaded');

async function start(options) {
  const settings = settingsFrom(options);
  const url = settings.databaseUrl.reveal();
  const dataSource = createDataSource({ url, entities: ENTITIES, applicationName: 'replica' });
  await dataSource.initialize();
  app = await createApplication({ settings, dataSource });
  if (process.env.EVENTS_TO) tellEvents(app.get(EventEmitter2, { strict: false }), process.env.EVENTS_TO);
  await app.listen(0, '127.0.0.1');
  process.send({ url: await app.getUrl() });
}

/** The second handler ends a little after the first, so that there is a time between them. */
function tellEvents(emitter, url) {
  const tell = async (handler, event) => {
    const answer = await fetch(`${url}/${handler}`, { method: 'POST', body: JSON.stringify(event) });
    if (!answer.ok) throw new Error(`The ${handler} handler was refused`);
  };
  for (const name of DOMAIN_EVENT_NAMES) {
    emitter.on(name, (event) => tell('first', event));
    emitter.on(name, async (event) => {
      await new Promise((resolve) => setTimeout(resolve, 3));
      await tell('second', event);
    });
  }
}
