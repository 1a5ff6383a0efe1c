import type { Json } from '../domain/json.ts';
import type { StepRecord, UnitSummary } from '../domain/run-record.ts';

/**
 * What is known of the unit, gathered from what its steps put on record. Derived from records and nothing else, so that a run which
 * a crash cut off is summed up in the same way as one that ended by itself.
 */
export function summaryOf(steps: readonly StepRecord[]): UnitSummary {
  const learnt = (step: string, name: string): Json | undefined =>
    steps.findLast((record) => record.step === step && record.learnt !== undefined)?.learnt?.[name];
  const found = {
    deviceId: learnt('identify', 'deviceId'),
    serialNumber: learnt('identify', 'serialNumber') ?? learnt('prove', 'serialNumber'),
    platform: learnt('identify', 'platform'),
    deviceOs: learnt('prove', 'deviceOs'),
    imei: learnt('read-sim', 'imei') ?? learnt('identify', 'imei'),
    iccid: learnt('read-sim', 'iccid') ?? learnt('identify', 'iccid'),
    modules: learnt('prove', 'modules'),
    productBinarySha256: learnt('prove', 'productBinarySha256'),
    membership: learnt('add-to-product', 'membership'),
    sim: learnt('activate-sim', 'sim'),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined && value !== null));
}
