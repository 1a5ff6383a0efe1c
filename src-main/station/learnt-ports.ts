import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { type Result, refuse, StationError } from '../domain/failure.ts';
import { PORT_PATH } from '../domain/port-path.ts';

/** Which USB port each slot was taught, by the slot's name. A slot that is not in it was never taught, or was told to forget. */
export type PortsBySlot = ReadonlyMap<string, string>;

/** Where learnt ports outlive the station. */
export interface LearntPorts {
  /** Empty when nothing was ever learnt; refuses with `station/invalid-file` for a file that is not what `write` leaves. */
  read(): Result<PortsBySlot>;
  /** On disk when it returns. Throws `audit/write-failed` when the disk refuses; what was kept before is then still there. */
  write(ports: PortsBySlot): void;
}

/**
 * The learnt ports of a data folder: a small file of its own and not a table of the audit log, because it is the present state of a
 * fixture, to be read, copied with a fixture, or deleted by a person, while the log keeps only what happened (each teaching is a note
 * in it). Written beside and renamed over, so that a power cut leaves the old file or the new one.
 */
export function openLearntPorts(dataFolder: string, name = 'slots.json'): LearntPorts {
  const file = join(dataFolder, name);
  return {
    read: () => readPorts(file),
    write: (ports) => writePorts(file, ports),
  };
}

const MAX_BYTES = 64 * 1024;

const schema = z.strictObject({
  format: z.literal(1),
  slots: z.record(z.string().min(1).max(40), z.string().regex(PORT_PATH)),
});

function readPorts(file: string): Result<PortsBySlot> {
  let json: unknown;
  try {
    if (statSync(file).size > MAX_BYTES) throw new Error('it is too large for learnt slots');
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return { ok: true, value: new Map() };
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return refuse('station/invalid-file', `The learnt slots in ${file} cannot be read: ${why}. Teach the slots again.`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const detail = `The learnt slots in ${file} make no sense: ${z.prettifyError(parsed.error)}. Teach the slots again.`;
    return refuse('station/invalid-file', detail);
  }
  const ports = new Map(Object.entries(parsed.data.slots));
  if (new Set(ports.values()).size < ports.size) {
    return refuse('station/invalid-file', `In ${file} two slots have one port. Teach the slots again.`);
  }
  return { ok: true, value: ports };
}

function writePorts(file: string, ports: PortsBySlot): void {
  const text = `${JSON.stringify({ format: 1, slots: Object.fromEntries(ports) }, null, 2)}\n`;
  const beside = `${file}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const handle = openSync(beside, 'w', 0o644);
    try {
      writeSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, file);
    syncFolder(dirname(file));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StationError('audit/write-failed', `The learnt slots cannot be kept in ${file}: ${why}`, { cause });
  }
}

/** Makes the renaming itself outlive a power cut. Windows opens no folders, and needs it no more than this. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
