import { type Failure, failure } from './failure.ts';
import type { SerialNumber } from './serial-number.ts';
import { type ActivationClass, activationAlarmMs, type SkuRow, skuRow, skusBySerialNumber } from './sku.ts';

/**
 * What activates the SIM of a unit in a product: `pre-add` an embedded one comes along with its unit (cloud-api.md R22), `import` a 4FF
 * card goes by its ICCID (R23, R24; `action=activate` is for developer SIMs alone), `nothing` there is no SIM, or it is of another
 * company and not in the vendor's system (R29). A Boron has a slot as well; its own SIM is the embedded one (R28).
 */
export function activatedBy(
  row: Pick<SkuRow, 'simForm' | 'needsSimImport'>,
  maker: 'particle' | 'other' = 'particle',
): 'pre-add' | 'import' | 'nothing' {
  if (maker === 'other' || row.simForm === 'none') return 'nothing';
  return row.needsSimImport ? 'import' : 'pre-add';
}

/** The class to reckon with when a unit may be of several SKUs: the slowest of them; of no known SKU: the slowest there is (R26). */
export function slowestActivation(rows: readonly Pick<SkuRow, 'activation'>[]): ActivationClass {
  if (rows.length === 0) return 'sometimes-slow';
  return rows.map((row) => row.activation).reduce((one, other) => (RANK[other] > RANK[one] ? other : one));
}

/** The activation class of a unit by its serial number, as slow as any SKU with its prefix. */
export function activationOfSerialNumber(serialNumber: SerialNumber): ActivationClass {
  return slowestActivation(skusBySerialNumber(serialNumber).map(skuRow));
}

/**
 * How long it pays to wait for the activation while the unit is in its slot, in ms (ours, from R26). Most are active within seconds, and
 * some of the generally fast ones within a few more; a longer wait would cost every unit time and still not see the slow ones. After
 * this a unit passes as SIM pending.
 */
export function inlineWaitMs(activation: ActivationClass): number {
  return { fast: 5_000, 'generally-fast': 10_000, 'sometimes-slow': 5_000 }[activation];
}

/**
 * Whether a SIM has been on its way for so long that a person must look (R27); until then it is pending, which fails no unit. In ms since
 * the activation was asked for. A SIM that was active before may take longer (R26): its status in the cloud then is any other than
 * `never_before_activated` (2.8.3); one that the cloud does not show yet counts as new.
 */
export function isPendingTooLong(activation: ActivationClass, pendingMs: number, status: string | undefined): boolean {
  const isNew = status === undefined || status.trim().toLowerCase() === 'never_before_activated';
  return pendingMs >= activationAlarmMs(activation, isNew ? 'first' : 'again');
}

/**
 * Why a SIM must not be deactivated or released by a line: one that is sometimes slow can take days to come back (R26, R27).
 * Undefined when it may be.
 */
export function switchOffRefusal(iccid: string, activation: ActivationClass): Failure | undefined {
  if (activation !== 'sometimes-slow') return undefined;
  const detail = `SIM ${iccid} may be of a kind whose reactivation takes up to days; it is not switched off here.`;
  return failure('cloud/needs-confirmation', detail, { iccid, activation });
}

const RANK: Readonly<Record<ActivationClass, number>> = { fast: 0, 'generally-fast': 1, 'sometimes-slow': 2 };
