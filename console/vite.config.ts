import { join } from 'node:path';
import { defineConfig, type Rolldown } from 'vite';

/** Where `npm run console:dev` finds the service. */
const service = process.env.CONSOLE_API ?? 'http://localhost:4002';

const entry = join(import.meta.dirname, 'src', 'main.tsx');

/**
 * Whatever the inbox cannot start without is one file: fewer answers to wait for, and it packs better than many. Left to
 * itself the bundler makes a file of each part that a screen shares with it.
 */
function isFirst(): (id: string, files: Pick<Rolldown.PluginContext, 'getModuleInfo'>) => boolean {
  let first: Set<string> | null = null;
  return (id, files) => {
    if (first === null) {
      first = new Set([entry]);
      for (const one of first)
        for (const next of files.getModuleInfo(one)?.importedIds ?? []) first.add(next);
    }
    return first.has(id);
  };
}
const isInFirst = isFirst();

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
        codeSplitting: {
          groups: [{ debugName: 'index', name: (id, files) => (isInFirst(id, files) ? 'index' : null) }],
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
  ],
}));
