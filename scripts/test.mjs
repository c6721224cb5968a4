/**
 * `npm test`: prepares as `npm start` does, then runs jest on Node 24; arguments go to jest (`npm test -- test/e2e`).
 * Jest starts the test database itself (`test/support/global-setup.js`); TEST_DATABASE_URL names another server.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { become, launch, prepare, root } from './prepare.mjs';

/** What `.ci/run` counts from. */
const REPORT = join(root, '.cache', 'jest-report.json');

await launch(async () => {
  await prepare();
  mkdirSync(join(root, '.cache'), { recursive: true });
  rmSync(REPORT, { force: true });
  return become(
    ['node_modules/jest/bin/jest.js', '--json', `--outputFile=${REPORT}`, ...process.argv.slice(2)],
    {
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`,
    },
  );
});
