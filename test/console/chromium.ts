/** The machine's Chromium, for tests and for what runs outside jest. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** The first is the same browser without a window around its pages, and quicker for it. */
const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];
/**
 * What a window of Chromium does beside the page. The first two load pages of their own for the address bar, which took
 * more of the CPU than the console did; the others are Playwright's list, as far as a page knows of it: the last list wins.
 */
const WITHOUT = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AimEnabled',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
];
const ARGUMENTS = [
  `--disable-features=${WITHOUT.join()}`,
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let found: string | null | undefined;

/** The machine's Chromium; null: none, which is said once and is an error where REQUIRE_BROWSER=true. */
export function findBrowser(): string | null {
  if (found === undefined) found = look();
  return found;
}

function look(): string | null {
  const given = process.env['CHROMIUM_PATH'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const [path] = given
    ? [given]
    : NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).filter((path) => existsSync(path));
  if (path !== undefined) return path;
  if (process.env['REQUIRE_BROWSER'] === 'true')
    throw new Error(
      'REQUIRE_BROWSER=true, and there is no Chromium: install one, or name it in CHROMIUM_PATH.',
    );
  process.stderr.write(
    '\nNo Chromium was found (CHROMIUM_PATH): the tests of the console in a browser are skipped.\n',
  );
  return null;
}

export async function openBrowser(
  path = findBrowser(),
  furtherArguments: readonly string[] = [],
): Promise<Browser> {
  return chromium.launch({ executablePath: path ?? '', args: [...ARGUMENTS, ...furtherArguments] });
}
