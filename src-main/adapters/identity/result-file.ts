import { dirname } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { StationError } from '../../domain/failure.ts';
import type { ResultRow } from '../../identity/bulk-results.ts';
import { writeDurably } from '../store/durable-file.ts';

/**
 * Writes the result file of a bulk job: one row for each line of the list that is no blank, comment or header, in order; the whole file
 * or none. Rejects with `identity/write-failed`.
 */
export async function writeResultFile(path: string, rows: readonly ResultRow[]): Promise<void> {
  const text = stringify(
    rows.map(({ line, identifiers, result, reason }) => {
      const { deviceId, serialNumber, iccid, imei, sku } = identifiers ?? {};
      return [line, deviceId, serialNumber, iccid, imei, sku, result, reason];
    }),
    { header: true, columns: ['line', 'device_id', 'serial_number', 'iccid', 'imei', 'sku', 'result', 'reason'] },
  );
  try {
    await writeDurably(path, Buffer.from(text), { temporary: dirname(path), replace: 'always' });
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new StationError('identity/write-failed', `The result file ${path} is not written: ${why}`, {
      cause: thrown,
    });
  }
}
