import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { ConfigurationError } from './load-settings.js';

/**
 * The environment with what `.env` in `folder` adds to it; a variable that is set, even to nothing, wins over the
 * file. A missing file is none; one that cannot be read is a {@link ConfigurationError}, since going on without it
 * would start on another database than its author meant.
 */
export function environmentWithFile(folder: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const path = join(folder, '.env');
  try {
    return { ...parse(readFileSync(path)), ...env };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return env;
    throw new ConfigurationError([
      { variable: path, got: code ?? String(error), takes: 'a file that this user can read' },
    ]);
  }
}
