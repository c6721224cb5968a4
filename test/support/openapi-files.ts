import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { OpenAPIObject } from '@nestjs/swagger';

const DOCUMENT = resolve('docs/openapi.json');
const TYPES = resolve('test/support/api-types.ts');

/** What is committed of the document, and what the document of now would make of it. */
export interface OpenApiFiles {
  document: string;
  types: string;
}

export async function committedFiles(): Promise<OpenApiFiles> {
  const [document = '', types = ''] = await Promise.all(
    [DOCUMENT, TYPES].map((path) => readFile(path, 'utf8')),
  );
  return { document, types };
}

/** The document as text, and the TypeScript that openapi-typescript makes from it. */
export async function filesOf(document: OpenAPIObject): Promise<OpenApiFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'image-monitoring-openapi-'));
  try {
    const text = `${JSON.stringify(document, null, 2)}\n`;
    await writeFile(join(folder, 'openapi.json'), text);
    await promisify(execFile)(
      process.execPath,
      [
        resolve('node_modules/openapi-typescript/bin/cli.js'),
        'openapi.json',
        '--output',
        'types.ts',
        '--default-non-nullable=false',
      ],
      { cwd: folder, env: { ...process.env, NODE_OPTIONS: '' } },
    );
    return { document: text, types: await readFile(join(folder, 'types.ts'), 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `npm run openapi`: after a change that is meant. */
export async function writeFiles({ document, types }: OpenApiFiles): Promise<void> {
  await Promise.all([writeFile(DOCUMENT, document), writeFile(TYPES, types)]);
}
