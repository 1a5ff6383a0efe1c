import { setTimeout as sleep } from 'node:timers/promises';
import { StationError } from '../../domain/failure.ts';
import { DFU_STATE, DFU_STATUS, DFUSE_COMMAND, type DfuStatusReply } from '../../protocol/dfu.ts';
import type { DfuRequests } from './dfu-requests.ts';
import { isStall } from './usb-errors.ts';

/**
 * Brings a unit in DFU mode to dfuIDLE from wherever an earlier program, killed or not, left it, on every generation
 * (device-usb.md 6.2, 6.4): only GETSTATUS tells where it is, ABORT is for transfers that were begun, CLRSTATUS for dfuERROR alone,
 * because in any other state it makes one. Rejects with `flash/stalled` when the unit stays busy for `patienceMs`.
 */
export async function reachIdle(dfu: DfuRequests, patienceMs: number, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (let round = 0; round < MAX_ROUNDS; ) {
    const status = await unlessStalled(dfu.getStatus());
    if (status?.state === DFU_STATE.idle) return;
    if (status?.state === DFU_STATE.downloadBusy) {
      if (Date.now() > deadline) throw new StationError('flash/stalled', 'The unit is busy and does not become idle.');
      await waitAsAsked(status, signal);
      continue;
    }
    round += 1;
    // A stall tells that an operation has failed, once; the next answer then tells where the unit is.
    if (status === undefined) continue;
    if (status.state === DFU_STATE.error) await unlessStalled(dfu.clearStatus());
    else if (ABORTABLE.includes(status.state)) await unlessStalled(dfu.abort());
  }
  throw new StationError('usb/transfer-failed', 'The unit in DFU mode does not become idle.', {
    evidence: { reason: 'stall' },
  });
}

/**
 * Moves the address pointer of an idle unit, which is idle again afterwards. Rejects with `unit/protected` when the bootloader says
 * that it gives nothing away, with `usb/transfer-failed` (reason 'stall') for any other refusal.
 */
export async function setPointer(
  dfu: DfuRequests,
  address: number,
  patienceMs: number,
  signal: AbortSignal,
): Promise<void> {
  const command = new Uint8Array(5);
  command[0] = DFUSE_COMMAND.setAddress;
  new DataView(command.buffer).setUint32(1, address, true);
  await dfu.download(COMMAND_BLOCK, command);
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const status = await dfu.getStatus();
    if (status.state !== DFU_STATE.downloadBusy) {
      requireOk(status, `the address 0x${address.toString(16)}`);
      break;
    }
    if (Date.now() > deadline) throw new StationError('flash/stalled', 'The unit does not take an address.');
    await waitAsAsked(status, signal);
  }
  await dfu.abort();
}

/** Throws for a status that is not good: what the unit refused, in the terms of the station. */
export function requireOk(status: DfuStatusReply, what: string): void {
  if (status.status === DFU_STATUS.ok && status.state !== DFU_STATE.error) return;
  if (status.status === DFU_STATUS.errVendor) {
    throw new StationError('unit/protected', `The bootloader refuses ${what}: Device Protection is on.`);
  }
  const evidence = { reason: 'stall', status: status.status, state: status.state };
  throw new StationError('usb/transfer-failed', `The unit refused ${what} (status ${status.status}).`, { evidence });
}

/** What was asked, or undefined where the unit stalled it. */
export async function unlessStalled<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (thrown) {
    if (isStall(thrown)) return undefined;
    throw thrown;
  }
}

const COMMAND_BLOCK = 0;
/** From the worst state it takes four: a stall, an error, its clearing, idle. */
const MAX_ROUNDS = 10;
const LONGEST_PAUSE_MS = 1000;

/** States in which ABORT is legal on both generations, dfuIDLE left out (device-usb.md 6.2). */
const ABORTABLE: readonly number[] = [
  DFU_STATE.downloadSync,
  DFU_STATE.downloadIdle,
  DFU_STATE.manifestSync,
  DFU_STATE.uploadIdle,
];

async function waitAsAsked({ pollTimeoutMs }: DfuStatusReply, signal: AbortSignal): Promise<void> {
  if (pollTimeoutMs > 0) await sleep(Math.min(pollTimeoutMs, LONGEST_PAUSE_MS), undefined, { signal });
}
