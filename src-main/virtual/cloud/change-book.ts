/** A row by its key, as it was before it was changed; undefined where there was none. */
export type ChangedRows = ReadonlyMap<unknown, object | undefined>;

/** By the name of the collection. */
export type Changes = ReadonlyMap<string, ChangedRows>;

/** Notes which rows of the virtual cloud's memory change, so that they can be kept on disk and, for a while, be answered with as they were. */
export type ChangeBook = {
  /** An empty Map that notes what is set, deleted, and assigned to a property of a row in it. */
  map<Key, Row extends object>(name: string): Map<Key, Row>;
  /** An empty list that does the same, as a whole: its only key is `all`. */
  list<Row extends object>(name: string): Row[];
  /** What changed since this was last called. */
  take(): Changes;
  /** Called at the first change after each `take`; there is one such listener. */
  onChange: () => void;
};

/** The one key of a list in `ChangedRows`. */
export const WHOLE_LIST = 'all';

/**
 * Makes a change book. Rows are watched through all their plain objects; a list inside a row is not: it is replaced, never changed in
 * place. Change what `get` and `values` give out, not the object that was put in: changes of that one are not noted.
 */
export function createChangeBook(): ChangeBook {
  let changes = new Map<string, Map<unknown, object | undefined>>();
  const book: ChangeBook = {
    map: (name) => new WatchedMap((key, before) => note(name, key, before)),
    list: <Row extends object>(name: string) => watchedList<Row>((before) => note(name, WHOLE_LIST, before)),
    take() {
      const taken = changes;
      changes = new Map();
      return taken;
    },
    onChange: () => undefined,
  };
  const note = (name: string, key: unknown, before: object | undefined): void => {
    const isFirst = changes.size === 0;
    const rows = changes.get(name) ?? new Map();
    changes.set(name, rows);
    if (!rows.has(key)) rows.set(key, before === undefined ? undefined : structuredCopy(before));
    if (isFirst) book.onChange();
  };
  return book;
}

type Note = (key: unknown, before: object | undefined) => void;

class WatchedMap<Key, Row extends object> extends Map<Key, Row> {
  readonly #note: Note;
  constructor(note: Note) {
    super();
    this.#note = note;
  }
  override set(key: Key, row: Row): this {
    this.#note(key, this.get(key));
    return super.set(
      key,
      watched(row, (whole) => this.#note(key, whole)),
    );
  }
  override delete(key: Key): boolean {
    if (this.has(key)) this.#note(key, this.get(key));
    return super.delete(key);
  }
  override clear(): void {
    for (const [key, row] of this) this.#note(key, row);
    super.clear();
  }
}

function watchedList<Row extends object>(note: (before: object) => void): Row[] {
  const rows: Row[] = [];
  return new Proxy(rows, {
    set: (target, property, value) => {
      note(target);
      const isRow = typeof value === 'object' && value !== null;
      return Reflect.set(target, property, isRow ? watched(value, () => note(target)) : value);
    },
    deleteProperty: (target, property) => {
      note(target);
      return Reflect.deleteProperty(target, property);
    },
  });
}

/** The same row behind a proxy that only writing passes through: reading stays as fast as it was. */
function watched<Row extends object>(row: Row, note: (whole: object) => void): Row {
  const watch = (value: unknown): unknown => (isPlain(value) ? watched(value, () => note(row)) : value);
  for (const [property, value] of Object.entries(row)) if (isPlain(value)) Reflect.set(row, property, watch(value));
  return new Proxy(row, {
    set: (target, property, value) => {
      if (Object.is(Reflect.get(target, property), value) && Object.hasOwn(target, property)) return true;
      note(target);
      return Reflect.set(target, property, watch(value));
    },
    deleteProperty: (target, property) => {
      note(target);
      return Reflect.deleteProperty(target, property);
    },
  });
}

/** A copy that later changes of the row do not reach. */
function structuredCopy<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(structuredCopy) as Value;
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, structuredCopy(entry)])) as Value;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
