import { join } from 'node:path';
import { app } from 'electron/main';
import { ownArguments, virtualDfuUtilArguments } from './electron/own-arguments.ts';
import { runApp } from './electron/run-app.ts';

/*
 * The Electron entry: the station in one window. What Electron wants before it is ready happens before the first await, and nothing
 * here awaits readiness: Electron is not ready before this module has run to its end.
 */
const given = ownArguments(process.argv, app.isPackaged);
const flashToolArguments = virtualDfuUtilArguments(given);
if (flashToolArguments === undefined) {
  const output = join(import.meta.dirname, '..');
  runApp(given, { webRoot: join(output, 'renderer'), preload: join(output, 'preload', 'preload.cjs') });
} else {
  const { runAsFlashTool } = await import('./electron/run-as-flash-tool.ts');
  await runAsFlashTool(flashToolArguments);
}
