import { type Failure, failure, type Result } from '../../domain/failure.ts';
import { parseIccid } from '../../domain/iccid.ts';
import type { Ports } from '../../ports/ports.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import type { SimIdentity } from '../facts.ts';
import { askIdentity } from './ask-console.ts';
import { NOT_SUPPORTED, startListening } from './listening-mode.ts';
import { unlessSilent } from './unless-silent.ts';

export type ReadSimOptions = {
  readonly ports: Pick<Ports, 'control' | 'console'>;
  readonly signal: AbortSignal;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly budget: (milliseconds: number) => number;
};

/** Waits before the second, third and fourth read: some modems are slow to see their SIM (device-usb.md 9, row 10). */
const PAUSES_MS = [2000, 6000, 12_000];
/** First use of request 554 powers the modem on by itself (device-usb.md 5.4). */
const REQUEST_MS = 90_000;

/**
 * Reads ICCID and IMEI by both routes of the sheet: control request 554 where the firmware has it, the console's `i` where it
 * answers "not supported" (Gen 2) or leaves the IMEI out (before 5.8.0). Reads several times before it says there is no SIM, and tells
 * `sim/none` (the unit answered: no SIM) from `sim/not-read` (the unit did not answer).
 */
export async function readSimIdentity(unit: UsbUnit, options: ReadSimOptions): Promise<Result<SimIdentity>> {
  let last: Failure | undefined;
  for (let reads = 1; reads <= PAUSES_MS.length + 1; reads += 1) {
    const pause = PAUSES_MS[reads - 2];
    if (pause !== undefined) await options.sleep(pause);
    const found = await unlessSilent('sim/not-read', () => readOnce(unit, reads, options));
    if (found.ok) return found;
    last = found.failure;
    if (last.code !== 'sim/none' && last.code !== 'sim/not-read') return found;
  }
  return { ok: false, failure: last ?? failure('sim/not-read', 'The SIM was never read.') };
}

async function readOnce(unit: UsbUnit, reads: number, options: ReadSimOptions): Promise<Result<SimIdentity>> {
  const session = await options.ports.control.open(unit, options.signal);
  let answer: Awaited<ReturnType<typeof session.sim>>;
  try {
    answer = await session.sim(options.budget(REQUEST_MS));
  } finally {
    await session.close();
  }
  if ('refused' in answer) {
    if (answer.refused === NOT_SUPPORTED) return readByConsole(unit, reads, options);
    const detail = `Request 554 was refused with ${answer.refused} on read ${reads}.`;
    return { ok: false, failure: failure('sim/none', detail, { result: answer.refused, reads }) };
  }
  const iccid = parseIccid(answer.value.iccid);
  if (!iccid.ok) {
    const detail = `Request 554 answered with something that is no ICCID on read ${reads}.`;
    return { ok: false, failure: failure('sim/none', detail, { reads }) };
  }
  const imei = answer.value.imei || (await imeiByConsole(unit, options));
  return { ok: true, value: { iccid: iccid.value, imei, route: 'control', reads } };
}

async function readByConsole(unit: UsbUnit, reads: number, options: ReadSimOptions): Promise<Result<SimIdentity>> {
  const listening = await startListening(unit, options);
  if (!listening.ok) return listening;
  const identity = await askIdentity(unit, options);
  if (!identity.ok)
    return { ok: false, failure: failure('sim/not-read', identity.failure.detail, identity.failure.evidence) };
  const { iccid, imei } = identity.value;
  if (iccid === undefined) {
    const detail = `The console shows ${imei === undefined ? 'neither IMEI nor ICCID' : 'an IMEI but no ICCID'} on read ${reads}.`;
    return { ok: false, failure: failure('sim/none', detail, { imei: imei ?? null, reads }) };
  }
  return { ok: true, value: { iccid, imei, route: 'console', reads } };
}

async function imeiByConsole(unit: UsbUnit, options: ReadSimOptions): Promise<string | undefined> {
  const listening = await startListening(unit, options);
  if (!listening.ok) return undefined;
  const identity = await askIdentity(unit, options);
  return identity.ok ? identity.value.imei : undefined;
}
