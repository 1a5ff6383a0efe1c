import type { ZipEntry } from '../store/zip-archive.ts';
import { readXmlPart } from './xml-part.ts';

/** So many styles Excel allows (64,000), and some more. */
const MOST_STYLES = 100_000;

/**
 * Which cell styles of a workbook show a number as a date or time, by their number (ECMA-376 part 1, 18.8.10 and 18.8.30): a date is
 * stored as a number, and only its format tells.
 */
export async function readDateStyles(part: ZipEntry | undefined, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const dates = new Set<string>();
  if (part === undefined) return dates;
  const formats = new Map<string, string>();
  let isInCells = false;
  let styles = 0;
  await readXmlPart(
    part,
    {
      open(name, attributes) {
        if (name === 'cellXfs') isInCells = true;
        else if (name === 'numFmt') {
          const { numFmtId = '', formatCode = '' } = attributes();
          formats.set(numFmtId, formatCode);
        } else if (name === 'xf' && isInCells) {
          const { numFmtId = '0' } = attributes();
          const format = formats.get(numFmtId);
          if (format === undefined ? isBuiltInDate(Number(numFmtId)) : isDateFormat(format)) dates.add(String(styles));
          styles += 1;
        }
        if (styles > MOST_STYLES || formats.size > MOST_STYLES) throw new Error('it has more styles than any list');
      },
      close(name) {
        if (name === 'cellXfs') isInCells = false;
      },
    },
    signal,
  );
  return dates;
}

/** Formats that every program knows by number; 27 to 36 and 50 to 58 are the dates of East Asian editions. */
function isBuiltInDate(id: number): boolean {
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

/** A letter for day, month, year, hour, minute or second that is neither quoted nor escaped, or hours and minutes that run on. */
function isDateFormat(format: string): boolean {
  const bare = format
    .slice(0, 1000)
    .replace(/"[^"]*"|\\.|_.|\*./g, '')
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '');
  return /[dmyhs]/i.test(bare);
}
