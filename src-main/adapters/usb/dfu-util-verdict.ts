import { StationError } from '../../domain/failure.ts';
import type { FailureCode } from '../../domain/failure-codes.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import type { DfuUtilRun } from './dfu-util-program.ts';

/** Exit codes of dfu-util, from sysexits (device-usb.md 7.4). */
const DFU_UTIL_EXIT = { ok: 0, usage: 64, software: 70, io: 74, protocol: 76 } as const;

/**
 * True when a download is done: dfu-util said so AND it ended well. After a leave it may end with an I/O error instead, because
 * the unit resets while it is being polled; that the unit then comes back is for the caller to see (device-usb.md 7.4).
 */
export function isWritten(ended: DfuUtilRun, leave: boolean): boolean {
  const saysSo = ended.transcript.some((line) => /^File downloaded successfully$/.test(line));
  if (ended.end !== 'exited' || !saysSo) return false;
  return ended.exitCode === DFU_UTIL_EXIT.ok || (leave && ended.exitCode === DFU_UTIL_EXIT.io);
}

/** True when the unit refused a command, as opposed to data (messages of dfu-util 0.11). */
export function isRefusedCommand(ended: DfuUtilRun): boolean {
  if (ended.exitCode !== DFU_UTIL_EXIT.io && ended.exitCode !== DFU_UTIL_EXIT.protocol) return false;
  return ended.transcript.some((line) => /special command|Wrong state after command/.test(line));
}

/** The StationError for a run that did not do its job. `isGone`: the unit is no longer on its port. */
export function dfuUtilFailure(unit: UsbUnit, ended: DfuUtilRun, isGone: boolean): StationError {
  const code = codeOf(ended, isGone);
  const how = ended.end === 'exited' ? `exit ${ended.exitCode}` : ended.end;
  return new StationError(code, `dfu-util on ${unit.portPath} failed (${how}): ${ended.trouble}`, {
    evidence: { exitCode: ended.exitCode ?? null, end: ended.end, transcript: ended.transcript },
  });
}

/** Messages of dfu-util 0.11 that say more than its exit code; the first that matches wins. */
const MESSAGES: readonly { readonly pattern: RegExp; readonly code: FailureCode }[] = [
  { pattern: /LIBUSB_ERROR_ACCESS|insufficient permissions/i, code: 'usb/no-permission' },
  { pattern: /No DFU capable USB device available|LIBUSB_ERROR_NO_DEVICE|Lost device/i, code: 'flash/unit-not-found' },
  // A protected unit marks every page unwritable, and a bootloader that is asked all the same answers in words
  // (device-usb.md 2.5, 6.4).
  { pattern: /not writeable|can not be erased|not readable|protected mode|errVENDOR/i, code: 'unit/protected' },
  {
    pattern: /More than one DFU capable|Cannot open DFU device|LIBUSB_ERROR_BUSY|Cannot claim/i,
    code: 'flash/tool-failed',
  },
];

function codeOf(ended: DfuUtilRun, isGone: boolean): FailureCode {
  if (isGone) return 'flash/unit-not-found';
  if (ended.end === 'stalled') return 'flash/stalled';
  if (ended.end !== 'exited') return 'flash/tool-failed';
  const text = [...ended.transcript, ended.trouble].join('\n');
  const said = MESSAGES.find(({ pattern }) => pattern.test(text));
  if (said !== undefined) return said.code;
  if (ended.exitCode === DFU_UTIL_EXIT.io || ended.exitCode === DFU_UTIL_EXIT.protocol) return 'flash/write-failed';
  return 'flash/tool-failed';
}
