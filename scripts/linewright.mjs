// `npm run -s linewright -- COMMAND`: the command line of the station, on the pinned Node. Prints nothing of its own on
// stdout, because scripts on a line read it.
import path from 'node:path';
import process from 'node:process';
import { ensureInstalled, root, runNode } from './toolchain.mjs';

ensureInstalled();
process.exitCode = await runNode([path.join(root, 'src-main', 'cli', 'linewright.ts'), ...process.argv.slice(2)]);
