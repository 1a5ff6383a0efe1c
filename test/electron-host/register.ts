import { registerHooks } from 'node:module';

/*
 * `electron/main` becomes the stand-in; bare `electron` would start a download. Loaded with --import, this also makes a process the app
 * starts of itself (the virtual line's flash tool) run on the stand-in.
 */
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'electron/main') {
      return { url: new URL('main-modules.ts', import.meta.url).href, shortCircuit: true };
    }
    if (specifier === 'electron' || specifier.startsWith('electron/')) {
      throw new Error(`The main process must not import ${specifier}.`);
    }
    return next(specifier, context);
  },
});
