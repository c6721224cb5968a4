/** Prepares as `npm start` does, then runs a program of ours on Node 24: `node scripts/run.mjs bench/main.mjs --quick`. */
import { become, launch, prepare } from './prepare.mjs';

await launch(async () => {
  await prepare();
  return become(process.argv.slice(2));
});
