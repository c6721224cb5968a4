import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';

const FOLDER = join(process.cwd(), 'console', 'src', 'api');

describe('the types of the console', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('are the schema that the service documents', async () => {
    const script = join(process.cwd(), 'console', 'schema.mjs');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [script, `${app.url}/api/openapi.json`, '/api/v1'],
      { maxBuffer: 10_000_000 },
    );
    for (const [name, text] of Object.entries(JSON.parse(stdout) as Record<string, string>)) {
      const file = join(FOLDER, name);
      if (process.env['npm_lifecycle_event'] === 'console:schema') writeFileSync(file, text);
      expect(readFileSync(file, 'utf8')).toBe(text);
    }
  });
});
