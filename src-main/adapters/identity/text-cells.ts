import { parse } from 'csv-parse/sync';

/** What separates cells in the lists there are. */
const DELIMITERS = ['\t', ';', ',', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** The delimiter of a file: the one that most of its first lines have; a line of its own may name it, as spreadsheets write it. */
export function findDelimiter(sample: readonly string[]): Delimiter {
  const named = DELIMITERS.find((one) => sample[0]?.trim().toLowerCase() === `sep=${one}`);
  if (named !== undefined) return named;
  const counted = DELIMITERS.map((one) => ({ one, lines: sample.filter((line) => line.includes(one)).length }));
  return counted.reduce((most, next) => (next.lines > most.lines ? next : most)).one;
}

/**
 * The cells of each line. A line is a row, always: a quote that is not closed ends with its line, because taken at its word it would
 * swallow the rest of the file.
 */
export function cutCells(lines: readonly string[], delimiter: Delimiter): readonly (readonly string[])[] {
  if (lines.every((line) => !line.includes('"'))) return lines.map((line) => line.split(delimiter));
  const rows = parseRows(lines.join('\n'), delimiter);
  // Every row takes at least one line, so with as many rows as lines no row took two.
  if (rows?.length === lines.length) return rows;
  return lines.map((line) => {
    if (!line.includes('"')) return line.split(delimiter);
    const [row, ...more] = parseRows(line, delimiter) ?? [];
    return row === undefined || more.length > 0 ? line.replaceAll('"', '').split(delimiter) : row;
  });
}

function parseRows(text: string, delimiter: Delimiter): readonly (readonly string[])[] | undefined {
  try {
    return parse(text, { delimiter, record_delimiter: '\n', relax_quotes: true, relax_column_count: true });
  } catch {
    return undefined; // an open quote, or text after a closed one: dealt with line by line
  }
}
