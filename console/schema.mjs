/**
 * Prints what the console knows of the OpenAPI document at an address, as JSON: `schema.d.ts` with its types and
 * `routes.ts` with its paths, both below the prefix. A screen asks `routes.ts` before it offers what a service has not.
 */
import openapiTS, { astToString } from 'openapi-typescript';

const [address, prefix] = process.argv.slice(2);
const document = await (await fetch(address)).json();
const paths = Object.fromEntries(
  Object.entries(document.paths)
    .filter(([path]) => path.startsWith(`${prefix}/`))
    .map(([path, item]) => [path.slice(prefix.length), item]),
);
const head = "// Written by `npm run console:schema` from the service's own OpenAPI document.\n";
const routes = Object.keys(paths).sort();
process.stdout.write(
  JSON.stringify({
    'schema.d.ts': head + astToString(await openapiTS({ ...document, paths })),
    'routes.ts': `${head}export const routes: ReadonlySet<string> = new Set([\n${routes.map((path) => `  '${path}',\n`).join('')}]);\n`,
  }),
);
