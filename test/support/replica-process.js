/**
 * A replica of the service as a process of its own, for tests that kill or stop it: forked with the folder of the
 * compiled sources, it loads everything, says `loaded`, and connects when it is told its settings. IMS_FAILPOINTS says
 * where it dies (`src/config/failpoint.ts`).
 */
import { join } from 'node:path';

const [compiled] = process.argv.slice(2);
const load = (path) => import(join(compiled, 'src', path));
const [{ createApplication }, { settingsFrom }, { createDataSource }, { ENTITIES }] = await Promise.all(
  ['app.module.js', 'config/load-settings.js', 'database/data-source.js', 'entities.js'].map(load),
);
const { ImageMonitorService } = await load('monitor/image-monitor.service.js');

let app = null;
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  if (message === 'stop') void app?.close().then(() => process.exit(0));
  else if (message === 'beat') void app?.get(ImageMonitorService).beat();
  else if (message === 'memory') {
    globalThis.gc?.();
    process.send({ rss: process.memoryUsage().rss, cpu: process.cpuUsage() });
  } else void start(message);
});
process.send('loaded');

async function start(options) {
  const settings = settingsFrom(options);
  const url = settings.databaseUrl.reveal();
  const dataSource = createDataSource({ url, entities: ENTITIES, applicationName: 'replica' });
  await dataSource.initialize();
  app = await createApplication({ settings, dataSource });
  await app.listen(0, '127.0.0.1');
  process.send({ url: await app.getUrl() });
}
