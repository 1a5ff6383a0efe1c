import { describe, expect, it } from 'vitest';
import { createProgressReader } from '../../../src-main/adapters/usb/dfu-util-progress.ts';
import { dfuUtilFailure, isWritten } from '../../../src-main/adapters/usb/dfu-util-verdict.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import type { FlashProgress } from '../../../src-main/ports/flasher.ts';

const SUCCESS = 'File downloaded successfully';
const unit = {
  portPath: '1-1.3',
  mode: 'dfu',
  platform: platformByName('boron'),
  vendorId: 0x2b04,
  productId: 0xd00d,
  usbSerial: 'e00fce680000000000000001',
  product: 'Boron DFU Mode',
  address: 7,
} as const;

function run(
  exitCode: number | undefined,
  transcript: readonly string[],
  end: 'exited' | 'stalled' | 'killed' = 'exited',
) {
  return { end, exitCode, durationMs: 1, transcript, trouble: transcript.at(-1) ?? '' };
}

describe('progress of dfu-util', () => {
  it('goes through erase, then write, and never back', () => {
    const seen: FlashProgress[] = [];
    const { read } = createProgressReader(25_132, (progress) => seen.push(progress));
    for (const line of [
      'Erase   \t[                         ]   0%            0 bytes',
      'Erase   \t[==========               ]  40%        10240 bytes',
      'Erase   \t[====                     ]  16%         4096 bytes',
      'Erase   \t[=========================] 100%        28672 bytes',
      'Erase    done.',
      'Download\t[======                   ]  24%         6144 bytes',
      'Erase   \t[=========================] 100%        25132 bytes',
      'Download\t[=========================] 100%        25132 bytes',
      'Download done.',
      'Downloading element to address = 0x08080000, size = 25132',
    ]) {
      read(line);
    }
    expect(seen.map(({ phase, doneBytes }) => [phase, doneBytes])).toEqual([
      ['erase', 0],
      ['erase', 10_240],
      ['erase', 25_132],
      ['write', 6144],
      ['write', 25_132],
    ]);
  });
});

describe('the verdict on a run of dfu-util', () => {
  it('is success only with the success line and a good end', () => {
    expect(isWritten(run(0, [SUCCESS]), false)).toBe(true);
    expect(isWritten(run(0, ['Download done.']), false)).toBe(false);
    expect(isWritten(run(74, [SUCCESS]), false)).toBe(false);
    expect(isWritten(run(76, [SUCCESS]), true)).toBe(false);
    expect(isWritten(run(undefined, [SUCCESS], 'killed'), true)).toBe(false);
  });

  it('is success when the unit restarts under the last question after a leave', () => {
    expect(isWritten(run(74, [SUCCESS, 'Submitting leave request...', 'Error during download get_status']), true)).toBe(
      true,
    );
  });

  it.each([
    [64, 'Page at 0x000b4000 is not writeable', 'unit/protected'],
    [64, 'Last page at 0x000b4000 is not writeable', 'unit/protected'],
    [64, 'dfu-util: unrecognized option', 'flash/tool-failed'],
    [65, 'File ID does not match', 'flash/tool-failed'],
    [66, 'Could not open file', 'flash/tool-failed'],
    [70, 'internal error', 'flash/tool-failed'],
    [73, 'Cannot open file for writing', 'flash/tool-failed'],
    [74, 'No DFU capable USB device available', 'flash/unit-not-found'],
    [74, 'Cannot open DFU device 2b04:d00d found on devnum 7 (LIBUSB_ERROR_ACCESS)', 'usb/no-permission'],
    [74, 'Cannot open DFU device 2b04:d00d found on devnum 7 (LIBUSB_ERROR_BUSY)', 'flash/tool-failed'],
    [74, 'More than one DFU capable USB device found!', 'flash/tool-failed'],
    [74, 'Error during special command "ERASE_PAGE" get_status', 'flash/write-failed'],
    [74, 'Error during download get_status', 'flash/write-failed'],
    [76, 'Wrong state after command "ERASE_PAGE" download', 'flash/write-failed'],
    [1, 'something new', 'flash/tool-failed'],
    [0, 'Download done.', 'flash/tool-failed'],
  ])('exit %i with "%s" is %s', (exitCode, line, code) => {
    expect(dfuUtilFailure(unit, run(exitCode, ['dfu-util 0.11', line]), false).code).toBe(code);
  });

  it('is a lost unit when the unit is gone, whatever dfu-util said', () => {
    const ended = run(74, ['Error during download get_status']);
    expect(dfuUtilFailure(unit, ended, true).code).toBe('flash/unit-not-found');
  });

  it('is a stall when nothing new was printed', () => {
    expect(dfuUtilFailure(unit, run(undefined, [], 'stalled'), false).code).toBe('flash/stalled');
    expect(dfuUtilFailure(unit, run(undefined, [], 'killed'), false).code).toBe('flash/tool-failed');
  });
});
