/** A run of equal pages in a DfuSe memory map; `end` is its last address. */
export type Segment = {
  readonly start: number;
  readonly end: number;
  readonly pageBytes: number;
  readonly isReadable: boolean;
  readonly isErasable: boolean;
  readonly isWriteable: boolean;
};

export type MemoryLayout = { readonly name: string; readonly segments: readonly Segment[] };

const UNITS: Readonly<Record<string, number>> = { ' ': 1, B: 1, K: 1024, M: 1024 * 1024 };
const MAX_SEGMENTS = 256;

/**
 * Reads an alternate setting's string such as `@Internal Flash   /0x08000000/03*016Ka,01*016Kg` (device-usb.md 2.5): count `*` page
 * size, multiplier, and a letter whose low three bits say readable, erasable, writeable. Undefined when it is no such string.
 */
export function parseMemoryLayout(text: string): MemoryLayout | undefined {
  const head = /^@([^/]+)/.exec(text);
  const name = head?.[1];
  if (head === null || name === undefined) return undefined;
  const segments: Segment[] = [];
  for (const [, address = '', list = ''] of text.slice(head[0].length).matchAll(/\/0x([0-9a-f]{1,8})\/([^/]*)/gi)) {
    let start = Number.parseInt(address, 16);
    for (const [, count = '', size = '', unit = 'B', letter = ''] of list.matchAll(
      /(\d{1,4})\*(\d{1,4})([ BKM])?([a-g])/g,
    )) {
      const pageBytes = Number.parseInt(size, 10) * (UNITS[unit] ?? 1);
      const bytes = Number.parseInt(count, 10) * pageBytes;
      if (bytes === 0) continue;
      const kind = letter.charCodeAt(0) & 7;
      segments.push({
        start,
        end: start + bytes - 1,
        pageBytes,
        isReadable: (kind & 1) !== 0,
        isErasable: (kind & 2) !== 0,
        isWriteable: (kind & 4) !== 0,
      });
      start += bytes;
      if (segments.length > MAX_SEGMENTS) return undefined;
    }
  }
  return segments.length === 0 ? undefined : { name, segments };
}

/** The segment an address lies in. */
export function findSegment(layout: MemoryLayout, address: number): Segment | undefined {
  return layout.segments.find((segment) => address >= segment.start && address <= segment.end);
}
