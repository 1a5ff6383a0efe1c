import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of a zip written byte by byte; what is not given is as it should be. */
export type RawEntry = {
  readonly name: string;
  readonly content?: Uint8Array | string;
  readonly deflated?: boolean;
  /** Lies of the central directory. */
  readonly statedSize?: number;
  readonly statedCrc?: number;
  readonly flags?: number;
  readonly method?: number;
  /** Unix mode in the attributes, made on Unix. */
  readonly mode?: number;
  /** Where the directory says the entry begins; another entry's place makes them overlap. */
  readonly offset?: number;
};

/** A zip as no tool would write it. */
export function rawZip(entries: readonly RawEntry[], statedEntries = entries.length): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? '');
    const data = entry.deflated === true ? deflateRawSync(content) : content;
    const name = Buffer.from(entry.name);
    const method = entry.method ?? (entry.deflated === true ? 8 : 0);
    const crc = entry.statedCrc ?? crc32(content);
    const size = entry.statedSize ?? content.length;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(entry.flags ?? 0x800, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc, 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, data]);
    const made = Buffer.alloc(2);
    made.writeUInt16LE(entry.mode === undefined ? 20 : (3 << 8) | 20, 0);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 6);
    rest.writeUInt32LE(entry.offset ?? at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), made, common, rest, name]));
    locals.push(local);
    at += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(statedEntries, 4);
  end.writeUInt16LE(statedEntries, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...locals, list, Buffer.from('PK\x05\x06', 'latin1'), end]);
}
