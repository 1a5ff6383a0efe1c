import { writeFileSync } from 'node:fs';

// Stands in for dfu-util where a test is about what happens around the tool: prints what the script says and ends as it says.
// The virtual line has a dfu-util that really flashes; the suites run on that one.

type Script = {
  readonly out?: string;
  readonly err?: string;
  readonly exit?: number;
  /** Never ends by itself. */
  readonly hang?: boolean;
  /** Does not end when it is asked to. */
  readonly stubborn?: boolean;
  /** Where to write the arguments, the process id and the environment. */
  readonly report?: string;
};

const script: Script = JSON.parse(process.env.SCRIPT ?? '{}');
const args = process.argv.slice(2);

if (script.stubborn === true) process.on('SIGTERM', () => undefined);
if (script.report !== undefined)
  writeFileSync(script.report, JSON.stringify({ pid: process.pid, args, env: process.env }));
process.stdout.write(script.out ?? '');
process.stderr.write(script.err ?? '');
process.exitCode = script.exit ?? 0;
if (script.hang === true) setInterval(() => undefined, 1000);
