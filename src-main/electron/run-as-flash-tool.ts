import { app } from 'electron/main';
import { runVirtualDfuUtil } from '../virtual/line/dfu-util/run-dfu-util.ts';

/** Is dfu-util towards the virtual line, with its arguments and exit code; no window, no profile, nothing of Chromium is used. */
export async function runAsFlashTool(argv: readonly string[]): Promise<void> {
  const exitCode = await runVirtualDfuUtil(argv, process.env);
  // The pipes of Windows are written behind our back: what was printed must be out before the process is gone.
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))));
  app.exit(exitCode);
}
