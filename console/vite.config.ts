import { defineConfig } from 'vite';

/** Where `npm run console:dev` finds the service. */
const service = process.env.CONSOLE_API ?? 'http://localhost:4002';

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
      // Most plots are looked at together, and all of them are small: one file is less than six.
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: 'plots', test: /src\/plots\// }],
        },
      },
      onwarn: (warning, warn) => (warning.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : warn(warning)),
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
