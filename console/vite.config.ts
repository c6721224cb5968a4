import { join } from 'node:path';
import { defineConfig, type Rolldown } from 'vite';
import { FIRST_ADDRESS } from './src/inbox/first-rows.js';

/** Where `npm run console:dev` finds the service. */
const service = process.env.CONSOLE_API ?? 'http://localhost:4002';

const source = (name: string): string => join(import.meta.dirname, 'src', name);

/** What is reached from a file without being asked for later. */
function reachedFrom(file: string): (id: string, files: Files) => boolean {
  let reached: Set<string> | null = null;
  return (id, files) => {
    if (reached === null) {
      reached = new Set([file]);
      for (const one of reached)
        for (const next of files.getModuleInfo(one)?.importedIds ?? []) reached.add(next);
    }
    return reached.has(id);
  };
}
type Files = Pick<Rolldown.PluginContext, 'getModuleInfo'>;

const isEarly = reachedFrom(source('ahead.ts'));
const isFirst = reachedFrom(source('main.tsx'));

export default defineConfig(({ command }) => ({
  // Addresses are relative to the page's <base>, which the service writes: one build serves under any mount.
  base: command === 'build' ? './' : '/',
  build: {
    target: ['chrome123', 'firefox128', 'safari18'],
    modulePreload: { polyfill: false },
    // A font or picture inside the style sheet would need `data:` in the policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      // Base UI marks its files for servers that render; there is none here.
      onwarn: (warning, warn) => (warning.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : warn(warning)),
      output: {
        // A small file that asks for the first answers, and all that the inbox cannot start without in one more: fewer
        // files to wait for, and one packs better than many. Left to itself the bundler makes a file of each part that
        // a screen shares with the inbox.
        codeSplitting: {
          groups: [
            {
              debugName: 'first scripts',
              name: (id, files) => (isEarly(id, files) ? 'early' : isFirst(id, files) ? 'index' : null),
            },
          ],
        },
      },
    },
  },
  server: { port: 5173, proxy: { '/api': { target: service, changeOrigin: true } } },
  plugins: [
    {
      name: 'console-mount',
      apply: 'serve',
      transformIndexHtml: (html) =>
        html
          .replace('href="/console-base/"', 'href="/"')
          .replace('content="/console-api/"', 'content="/api/v1/"'),
    },
    {
      // The early script waits for nothing, not even for the style sheet, and what it asks for is sent before it runs.
      name: 'console-early',
      apply: 'build',
      transformIndexHtml: {
        order: 'post',
        handler: (html, { bundle }) => {
          const asked = ['session', FIRST_ADDRESS].map(
            (address) =>
              `<link rel="preload" as="fetch" crossorigin href="/console-api/${address.replaceAll('&', '&amp;')}" />`,
          );
          // The font of every page. Whoever waits for the style sheet to ask for it draws each text twice.
          const fonts = Object.keys(bundle ?? {})
            .filter((name) => /\/inter-[\w-]+\.woff2$/.test(name))
            .map(
              (name) => `<link rel="preload" as="font" crossorigin fetchpriority="low" href="./${name}" />`,
            );
          return html
            .replace(/<script type="module"(?= [^>]*\bearly-)/, '$& async')
            .replace('<link rel="icon"', `${[...asked, ...fonts].join('\n    ')}\n    $&`);
        },
      },
    },
  ],
}));
