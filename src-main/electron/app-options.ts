import { parseArgs } from 'node:util';
import type { LineOptions } from '../cli/open-line.ts';
import { defaultDataFolder } from '../data-folder.ts';
import { DEFAULT_VIRTUAL_LINE } from '../default-line.ts';
import { failure, type Result } from '../domain/failure.ts';

/**
 * The line the window is for, from the same options as `linewright serve`: `--station FILE`, or `--virtual` with `--speed`, `--scale`
 * and `--fault`; `--data`, `--batch`. Refuses with `request/invalid` what it does not know, so that a mistyped `--station` never opens a
 * virtual line.
 */
export function readAppOptions(given: readonly string[]): Result<LineOptions> {
  try {
    const { values } = parseArgs({ args: [...given], options: OPTIONS, strict: true, allowPositionals: false });
    const { station, virtual, data, batch, speed, scale, fault } = values;
    if (station !== undefined && virtual !== undefined) return misuse('Say --station or --virtual, not both.');
    return {
      ok: true,
      value: {
        data: data ?? defaultDataFolder(),
        hasOwnData: data !== undefined,
        speed: speed ?? '1',
        scale: scale ?? '1',
        fault: fault ?? [],
        ...(batch === undefined ? {} : { batch }),
        ...(station === undefined ? { virtual: virtual ?? DEFAULT_VIRTUAL_LINE } : { station }),
      },
    };
  } catch (thrown) {
    return misuse(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

const OPTIONS = {
  station: { type: 'string' },
  virtual: { type: 'string' },
  data: { type: 'string' },
  batch: { type: 'string' },
  speed: { type: 'string' },
  scale: { type: 'string' },
  fault: { type: 'string', multiple: true },
} as const;

function misuse(detail: string): Result<never> {
  return { ok: false, failure: failure('request/invalid', detail) };
}
