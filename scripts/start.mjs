/**
 * `npm start`: prepares what is missing or stale, then runs the service on Node 24 and ends as it ends. With arguments
 * (`npm run migration:run`) it runs a command of `src/cli.ts` instead.
 *
 * package.json says `exec node …`: npm starts scripts through `sh`, which dies of SIGTERM and tells nobody.
 */
import { become, launch, prepare } from './prepare.mjs';
import { ENVIRONMENT, NODE_ARGUMENTS } from './service-process.mjs';

const command = process.argv.slice(2);

await launch(async () => {
  await prepare();
  const program = command.length === 0 ? ['dist/src/main.js'] : ['dist/src/cli.js', ...command];
  return become([...NODE_ARGUMENTS, ...program], {
    MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? ENVIRONMENT.MALLOC_ARENA_MAX,
    // Half of a start is compiling modules that did not change.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? 'node_modules/.cache/compiled',
  });
});
