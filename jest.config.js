import { availableParallelism } from 'node:os';

/** Jest as ES modules (needs NODE_OPTIONS=--experimental-vm-modules, which scripts/test.mjs sets). */
export default {
  // Half of a test's time is a wait for the database or the browser: on two processors two workers need two thirds of
  // the time of one.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  testEnvironment: './test/support/environment.js',
  globalSetup: './test/support/global-setup.js',
  globalTeardown: './test/support/global-teardown.js',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  testTimeout: 30_000,
};
