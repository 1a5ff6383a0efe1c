import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { StationError } from '../domain/failure.ts';

/** A message as a table of its fields: encodes and decodes without generated code. */
export type Message<Fields extends FieldTable> = {
  /** Protobuf bytes; a field that is absent or has its default value is left out, as proto3 does. */
  encode(value: Given<Fields>): Uint8Array;
  /**
   * The message in these bytes. Unknown fields are skipped, absent ones get their default. Throws StationError
   * `unit/garbled-answer` on anything that is not such a message: cut off, wrong wire type, text that is not UTF-8, more than
   * 64 KiB, more than 256 entries in a list. Hostile bytes cost no more than their own length.
   */
  decode(bytes: Uint8Array): Shape<Fields>;
};

/** The plain object a table of fields describes. */
export type Shape<Fields extends FieldTable> = {
  readonly [Name in keyof Fields]: Fields[Name]['absent'];
};

/** What encoding takes: the same object, every field optional at every depth. */
export type Given<Fields extends FieldTable> = {
  readonly [Name in keyof Fields]?: Parameters<Fields[Name]['write']>[1] | undefined;
};

/** The object a message decodes to. */
export type Decoded<Of> = Of extends Message<infer Fields> ? Shape<Fields> : never;

export type Field<Value, GivenValue = Value> = {
  readonly number: number;
  readonly wire: WireType;
  readonly absent: Value;
  read(reader: BinaryReader, previous: Value): Value;
  write(writer: BinaryWriter, value: GivenValue): void;
};

type FieldTable = Readonly<Record<string, Field<unknown>>>;

const MAX_MESSAGE_BYTES = 65_536;
const MAX_LIST_ENTRIES = 256;

/** Makes the codec of a message out of its field table. */
export function message<const Fields extends FieldTable>(fields: Fields): Message<Fields> {
  const entries = Object.entries(fields);
  return {
    encode(value) {
      const writer = new BinaryWriter();
      for (const [name, field] of entries) {
        const given: unknown = value[name as keyof typeof value];
        if (given !== undefined) field.write(writer, given);
      }
      return writer.finish();
    },
    decode(bytes) {
      if (bytes.length > MAX_MESSAGE_BYTES) throw garbled(`a message of ${bytes.length} bytes is too long`);
      const values = Object.fromEntries(entries.map(([name, field]) => [name, field.absent]));
      try {
        readFields(bytes, entries, values);
      } catch (thrown) {
        if (thrown instanceof StationError) throw thrown;
        throw garbled(thrown instanceof Error ? thrown.message : String(thrown));
      }
      return values as Shape<Fields>;
    },
  };
}

/** `string`, default empty. */
export function text(number: number): Field<string> {
  return {
    number,
    wire: WireType.LengthDelimited,
    absent: '',
    read: (reader) => reader.string(true),
    write: (writer, value) => {
      if (value !== '') writer.tag(number, WireType.LengthDelimited).string(value);
    },
  };
}

/** `uint32`, or an enum of numbers below 2^31; default 0. */
export function uint(number: number): Field<number> {
  return {
    number,
    wire: WireType.Varint,
    absent: 0,
    read: (reader) => reader.uint32(),
    write: (writer, value) => {
      if (value !== 0) writer.tag(number, WireType.Varint).uint32(value);
    },
  };
}

/** `fixed32`, default 0. */
export function fixed(number: number): Field<number> {
  return {
    number,
    wire: WireType.Bit32,
    absent: 0,
    read: (reader) => reader.fixed32(),
    write: (writer, value) => {
      if (value !== 0) writer.tag(number, WireType.Bit32).fixed32(value);
    },
  };
}

/** `bool`, default false. */
export function flag(number: number): Field<boolean> {
  return {
    number,
    wire: WireType.Varint,
    absent: false,
    read: (reader) => reader.bool(),
    write: (writer, value) => {
      if (value) writer.tag(number, WireType.Varint).bool(value);
    },
  };
}

/** `bytes`, default empty. Decoding copies them out of the transfer. */
export function bytes(number: number): Field<Uint8Array> {
  return {
    number,
    wire: WireType.LengthDelimited,
    absent: new Uint8Array(0),
    read: (reader) => Uint8Array.from(reader.bytes()),
    write: (writer, value) => {
      if (value.length > 0) writer.tag(number, WireType.LengthDelimited).bytes(value);
    },
  };
}

/** A field whose absence means something: undefined instead of the default. A default that is given is written. */
export function optional<Value>(field: Field<Value>): Field<Value | undefined> {
  return {
    number: field.number,
    wire: field.wire,
    absent: undefined,
    read: (reader) => field.read(reader, field.absent),
    write: (writer, value) => {
      if (value === undefined) return;
      if (value === '') writer.tag(field.number, field.wire).string('');
      else if (value === 0 || value === false) writeZero(writer, field);
      else if (value instanceof Uint8Array && value.length === 0) writer.tag(field.number, field.wire).bytes(value);
      else field.write(writer, value);
    },
  };
}

/** A message inside a message; undefined when absent. */
export function nested<Fields extends FieldTable>(
  number: number,
  of: Message<Fields>,
): Field<Shape<Fields> | undefined, Given<Fields> | undefined> {
  return {
    number,
    wire: WireType.LengthDelimited,
    absent: undefined,
    read: (reader) => of.decode(reader.bytes()),
    write: (writer, value) => {
      if (value !== undefined) writer.tag(number, WireType.LengthDelimited).bytes(of.encode(value));
    },
  };
}

/** A repeated message; default empty. */
export function list<Fields extends FieldTable>(
  number: number,
  of: Message<Fields>,
): Field<readonly Shape<Fields>[], readonly Given<Fields>[]> {
  return {
    number,
    wire: WireType.LengthDelimited,
    absent: [],
    read: (reader, previous) => {
      if (previous.length >= MAX_LIST_ENTRIES) throw garbled(`more than ${MAX_LIST_ENTRIES} entries in a list`);
      return [...previous, of.decode(reader.bytes())];
    },
    write: (writer, value) => {
      for (const entry of value) writer.tag(number, WireType.LengthDelimited).bytes(of.encode(entry));
    },
  };
}

function readFields(
  from: Uint8Array,
  entries: readonly (readonly [string, Field<unknown>])[],
  values: Record<string, unknown>,
): void {
  const reader = new BinaryReader(from);
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    const known = entries.find(([, field]) => field.number === number);
    if (known === undefined) {
      reader.skip(wire, number);
      continue;
    }
    const [name, field] = known;
    if (field.wire !== wire) throw garbled(`field ${number} (${name}) has wire type ${wire} instead of ${field.wire}`);
    values[name] = field.read(reader, values[name]);
    if (reader.pos > reader.len) throw garbled(`field ${number} (${name}) is cut off`);
  }
}

function writeZero(writer: BinaryWriter, field: Field<unknown>): void {
  writer.tag(field.number, field.wire);
  if (field.wire === WireType.Bit32) writer.fixed32(0);
  else writer.uint32(0);
}

function garbled(detail: string): StationError {
  return new StationError('unit/garbled-answer', `Not a valid control message: ${detail}.`);
}
