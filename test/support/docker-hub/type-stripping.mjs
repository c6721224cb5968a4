/**
 * Lets Node 24 run the stand-in's TypeScript as it is: Node strips the types by itself, but does not know that
 * `./world.js`, as TypeScript wants it written, is `./world.ts` here. Import this before the first `.ts` file.
 */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isOurs = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
    return nextResolve(isOurs ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
