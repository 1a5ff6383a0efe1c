import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answerTest } from './answer-test.ts';
import './register.ts';

/*
 * `node start-host.ts APP ARGUMENTS`: what `electron APP ARGUMENTS` is, on Node and headless Chromium. The app's bundles run as they are.
 */
const [, , appFolder = '.', ...args] = process.argv;
process.argv.splice(1, process.argv.length - 1, appFolder, ...args);
const folder = resolve(appFolder);
const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { main: string };

const electron = await import('./main-modules.ts');
const { evidence } = await import('./host-state.ts');
answerTest({ ...electron, evidence });
// Electron is not ready before the main module has run to its end, top-level awaits included.
await import(pathToFileURL(join(folder, main)).href);
const endpoint = await electron.makeReady(process.env.LINEWRIGHT_CHROMIUM ?? '/usr/bin/chromium');
process.send?.({ kind: 'ready', endpoint });
