import { fileURLToPath } from 'node:url';
import { failure, StationError } from '../domain/failure.ts';
import { abortOnExitSignals, runHeadless } from '../server/run-headless.ts';
import { type LineOptions, openLine } from './open-line.ts';
import { EXIT, type Output } from './output.ts';

/** `serve`: the station with its screens in a browser, on 127.0.0.1 with a token of this start, until Ctrl-C. */
export async function serveCommand(options: LineOptions & { readonly port: string }, output: Output): Promise<number> {
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    output.failed(failure('request/invalid', `--port is a number from 0 to 65535; this was ${options.port}.`));
    return EXIT.misuse;
  }
  const line = await openLine(options, output);
  if ('exit' in line) return line.exit;
  try {
    await runHeadless(line.built, {
      webRoot: fileURLToPath(new URL('../../dist/renderer/', import.meta.url)),
      port,
      signal: abortOnExitSignals(),
      print: (text) => (output.json ? output.result({ ok: true, ready: text }, text) : console.log(text)),
    });
    return EXIT.good;
  } catch (thrown) {
    if (thrown instanceof StationError) return output.failed(thrown.toFailure());
    throw thrown;
  }
}
