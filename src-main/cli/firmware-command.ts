import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { failure } from '../domain/failure.ts';
import { describeModule } from '../firmware/describe-module.ts';
import { MODULE_FILE_MAX_BYTES, parseModule } from '../firmware/parse-module.ts';
import { EXIT, type Output } from './output.ts';

/** `firmware inspect FILE`: everything the parser and its checks say of a module binary. */
export async function inspectCommand(file: string, output: Output): Promise<number> {
  let bytes: Uint8Array;
  try {
    if ((await stat(file)).size > MODULE_FILE_MAX_BYTES) {
      return output.failed(failure('firmware/not-a-module', `${file} is larger than any module.`));
    }
    bytes = await readFile(file);
  } catch (thrown) {
    return output.failed(failure('recipe/file-missing', `${file} cannot be read: ${(thrown as Error).message}`));
  }
  const module = parseModule(bytes, basename(file));
  if (!module.ok) return output.failed(module.failure);
  const described = describeModule(module.value);
  const width = Math.max(...Object.keys(described).map((key) => key.length));
  const lines = Object.entries(described).map(
    ([key, value]) => `${key.padEnd(width)}  ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  output.result({ ok: true, ...described }, lines.join('\n'));
  return EXIT.good;
}
