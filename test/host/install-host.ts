import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the host brings itself, in the versions that are tested here. */
const BROUGHT_BY_HOST = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/axios',
  '@nestjs/event-emitter',
  '@nestjs/platform-express',
  '@nestjs/platform-fastify',
  '@nestjs/schedule',
  '@nestjs/swagger',
  '@nestjs/typeorm',
  'reflect-metadata',
  'rxjs',
  'typeorm',
];

/** A host application outside of this repository, with the packed service installed as from a registry. */
export interface InstalledHost {
  /** `test/host/app`, compiled against the package's own types. */
  program(name: string): string;
  /** Paths inside the tarball. */
  packed: string[];
  folder: string;
  remove(): Promise<void>;
}

/** Compiles and packs the service, installs it into a new host application with npm, and compiles that; about 20 s. */
export async function installHost(): Promise<InstalledHost> {
  const folder = await mkdtemp(join(tmpdir(), 'image-monitoring-host-'));
  const [service, host] = [join(folder, 'service'), join(folder, 'platform')];
  await mkdir(service);
  await mkdir(join(host, 'src'), { recursive: true });
  try {
    await tsc(['-p', 'tsconfig.build.json', '--outDir', join(service, 'dist')]);
    for (const name of ['package.json', 'LICENSE', 'docs', 'console/dist']) {
      await cp(resolve(name), join(service, name), { recursive: true });
    }
    const answer = await npm(service, ['pack', '--ignore-scripts', '--json']);
    // npm 12 answers an object by name where the older ones answered a list.
    const [pack] = Object.values(JSON.parse(answer) as Record<string, Pack>);
    if (pack === undefined) throw new Error(`npm pack answered ${answer}`);

    await writeFile(join(host, 'package.json'), JSON.stringify(await manifest(join(service, pack.filename))));
    await npm(host, [
      'install',
      '--ignore-scripts',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--no-package-lock',
    ]);
    await cp(resolve('test/host/app'), join(host, 'src'), { recursive: true });
    await writeFile(join(host, 'tsconfig.json'), JSON.stringify(await compilerOptions()));
    await tsc(['-p', host]);
    return {
      folder: host,
      packed: pack.files.map(({ path }) => path),
      program: (name) => join(host, 'dist', name),
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`The host was not made: ${(error as Error).message}\n${stdout}\n${stderr}`, {
      cause: error,
    });
  }
}

interface Pack {
  filename: string;
  files: { path: string }[];
}

async function manifest(tarball: string): Promise<object> {
  const versions = await Promise.all(
    BROUGHT_BY_HOST.map(async (name) => {
      const { version } = JSON.parse(
        await readFile(resolve('node_modules', name, 'package.json'), 'utf8'),
      ) as {
        version: string;
      };
      return [name, version] as const;
    }),
  );
  return {
    name: 'platform',
    private: true,
    type: 'module',
    dependencies: { ...Object.fromEntries(versions), 'image-monitoring-service': `file:${tarball}` },
  };
}

/** A usual Nest application's; the types of Node are borrowed, everything else is what npm installed. */
async function compilerOptions(): Promise<object> {
  const { compilerOptions: ours } = JSON.parse(await readFile(resolve('tsconfig.json'), 'utf8')) as {
    compilerOptions: Record<string, unknown>;
  };
  const { target, lib, module, moduleResolution, strict, experimentalDecorators, emitDecoratorMetadata } =
    ours;
  return {
    compilerOptions: {
      ...{ target, lib, module, moduleResolution, strict, experimentalDecorators, emitDecoratorMetadata },
      types: ['node'],
      typeRoots: [resolve('node_modules/@types')],
      skipLibCheck: true,
      rootDir: 'src',
      outDir: 'dist',
    },
    include: ['src'],
  };
}

async function tsc(args: string[]): Promise<void> {
  await run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), ...args], { env: environment() });
}

async function npm(cwd: string, args: string[]): Promise<string> {
  const { stdout } = await run('npm', args, { cwd, env: environment(), maxBuffer: 10_000_000 });
  return stdout;
}

/** Without the test run's own options for Node, and without what an npm that started it would hand on. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name !== 'NODE_OPTIONS' && !/^npm_/i.test(name)),
  );
}
