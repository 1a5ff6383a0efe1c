import { runVirtualDfuUtil } from './dfu-util/run-dfu-util.ts';

// The flash tool of the in-process line as a program of its own: `node dfu-util.ts <dfu-util arguments>`. Nothing imports this file.
// No signal handlers, so SIGTERM and SIGINT end it at once; the code is set rather than exited with, because what is still on its
// way through a Windows pipe must arrive.
process.exitCode = await runVirtualDfuUtil(process.argv.slice(2), process.env);
