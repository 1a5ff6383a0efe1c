import { describe, expect, it } from 'vitest';
import { usbError, usbErrorKind } from '../../../src-main/adapters/usb/usb-errors.ts';

describe('errors of the usb package', () => {
  it.each([
    ['controlTransferIn error: endpoint stalled', 'stall'],
    ['controlTransferIn error: transfer was cancelled', 'timeout'],
    ['Cancelled', 'timeout'],
    ['controlTransferOut error: device disconnected', 'gone'],
    ['failed to open device: no such device (errno 19)', 'gone'],
    ['device not found', 'gone'],
    ['No such file or directory (os error 2)', 'gone'],
    ['controlTransferIn error: invalid state', 'gone'],
    ['failed to open device: permission denied (errno 13)', 'access'],
    ['Operation not permitted (os error 1)', 'access'],
    ['interface is busy (errno 16)', 'other'],
    ['hardware fault or protocol violation', 'other'],
    ['unknown (75)', 'other'],
  ])('%s means %s', (text, kind) => {
    expect(usbErrorKind(Object.assign(new Error(text), { code: 'GenericFailure' }))).toBe(kind);
  });

  it('become a permission failure or a transfer failure with its reason', () => {
    expect(usbError('access', 'opening').code).toBe('usb/no-permission');
    expect(usbError('stall', 'control IN')).toMatchObject({
      code: 'usb/transfer-failed',
      evidence: { reason: 'stall' },
    });
  });
});
