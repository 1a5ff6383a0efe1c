import type { ZipEntry } from '../store/zip-archive.ts';
import { LONGEST_CELL } from './cell-text.ts';
import { TextTable } from './text-table.ts';
import { readXmlPart } from './xml-part.ts';

/**
 * Reads the shared strings of a workbook (ECMA-376 part 1, 18.4): cells name them by number. A text in several runs is put together;
 * how it is pronounced (`rPh`) is left out. Of a text longer than any cell that is read only so much is kept that this can be told.
 */
export async function readSharedTexts(part: ZipEntry | undefined, signal: AbortSignal): Promise<TextTable> {
  const table = new TextTable();
  if (part === undefined) return table;
  let text = '';
  let isWanted = false;
  let isSound = false;
  await readXmlPart(
    part,
    {
      open(name) {
        if (name === 'si') text = '';
        else if (name === 't') isWanted = !isSound;
        else if (name === 'rPh') isSound = true;
      },
      close(name) {
        if (name === 'si') table.add(text.slice(0, LONGEST_CELL + 1));
        else if (name === 't') isWanted = false;
        else if (name === 'rPh') isSound = false;
      },
      text(piece) {
        if (isWanted && text.length <= LONGEST_CELL) text += piece;
      },
    },
    signal,
  );
  return table;
}
