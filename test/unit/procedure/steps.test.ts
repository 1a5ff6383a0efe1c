import { describe, expect, it } from 'vitest';
import { parseDeviceId } from '../../../src-main/domain/device-id.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import type { PlannedWrite } from '../../../src-main/firmware/flash-plan.ts';
import type { UsbUnit } from '../../../src-main/ports/usb-bus.ts';
import type { StepContext } from '../../../src-main/procedure/procedure.ts';
import { enterDfu } from '../../../src-main/procedure/steps/enter-dfu.ts';
import { prove } from '../../../src-main/procedure/steps/prove.ts';

const inDfu: UsbUnit = {
  portPath: '1-1',
  mode: 'dfu',
  platform: platformByName('boron'),
  vendorId: 0x2b04,
  productId: 0xd00d,
  usbSerial: '00000000010C',
  product: 'Boron DFU Mode',
  address: 7,
};

const write: PlannedWrite = {
  transport: 'dfu',
  expectedMs: 0,
  compare: false,
  what: 'a part',
  reason: 'for the test',
  alt: 0,
  address: 0x28000,
  bytes: new Uint8Array(8),
  module: undefined,
};

function deviceId() {
  const parsed = parseDeviceId('e00fce68aabbccddeeff0011');
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  return parsed.value;
}

describe('the step into DFU mode', () => {
  it.each([
    {
      story: 'does not touch',
      why: 'without the device ID',
      usbSerial: '00000000010C',
      touches: 0,
      code: 'unit/replaced',
    },
    {
      story: 'touches',
      why: 'with the device ID',
      usbSerial: 'e00fce68aabbccddeeff0011',
      touches: 1,
      code: 'dfu/not-entered',
    },
  ])('$story what came back in normal mode $why of the unit', async (row) => {
    const { usbSerial, touches, code } = row;
    const identified: UsbUnit = { ...inDfu, mode: 'normal' };
    let present = identified;
    let touched = 0;
    const context = {
      presence: {
        current: () => present,
        allowRestart: () => undefined,
        waitFor: (accepts: (unit: UsbUnit) => boolean, signal: AbortSignal) =>
          accepts(present)
            ? Promise.resolve(present)
            : new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
      ports: {
        control: {
          open: async () => {
            present = { ...identified, usbSerial, address: 9 };
            return { enterDfu: async () => ({ value: null }), close: async () => undefined };
          },
        },
        console: {
          touch: async () => {
            touched += 1;
          },
        },
      },
      budget: () => 1,
      signal: new AbortController().signal,
    } as unknown as StepContext;
    const plan = { writes: [write], skipped: [], totalBytes: 8 };
    const facts = { plan, identity: { deviceId: deviceId(), route: 'control' } };
    const result = await enterDfu.run(facts as unknown as Parameters<typeof enterDfu.run>[0], context);
    expect(result).toMatchObject({ ok: false, failure: { code } });
    expect(touched).toBe(touches);
  });
});

const proven = { flashed: { readBack: [] }, completed: { readBack: [] } };

/** A control session that answers what a unit with half of an update in it says. */
const session = {
  systemVersion: async () => '3.3.0',
  deviceId: async () => ({ value: 'e00fce68aabbccddeeff0011' }),
  serialNumber: async () => ({ refused: -1 }),
  modules: async () => ({ value: [] }),
  close: async () => undefined,
};

describe('the prove step', () => {
  it.each([
    { story: 'restarts once more by itself', address: 8, code: 'unit/unplugged' },
    { story: 'stands still', address: 7, code: 'prove/wrong-version' },
  ])(
    'holds the wrong firmware against a unit only when it stands still (here it $story)',
    async ({ address, code }) => {
      let present = { ...inDfu, mode: 'normal' };
      const context = {
        presence: { current: () => present, waitFor: async () => present },
        ports: { control: { open: async () => session } },
        recipe: { deviceOs: '3.3.1', assets: [] },
        sleep: async () => {
          present = { ...present, address };
        },
        budget: (milliseconds: number) => milliseconds,
        signal: new AbortController().signal,
      } as unknown as StepContext;
      const facts = { ...proven, identity: { deviceId: deviceId() }, label: {} } as unknown as Parameters<
        typeof prove.run
      >[0];
      expect(await prove.run(facts, context)).toMatchObject({ ok: false, failure: { code } });
      expect(prove.retryOn).toContain('unit/unplugged');
      expect(prove.retryOn).not.toContain('prove/wrong-version');
    },
  );

  it('blames a unit that fell back into DFU mode, and not the hand that did not pull it out', async () => {
    const context = {
      presence: {
        current: () => inDfu,
        waitFor: (_accepts: unknown, signal: AbortSignal) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        forbidRestart: () => undefined,
      },
      budget: () => 1,
      signal: new AbortController().signal,
    } as unknown as StepContext;
    const facts = { ...proven, identity: { deviceId: deviceId() }, label: {} } as unknown as Parameters<
      typeof prove.run
    >[0];
    const result = await prove.run(facts, context);
    expect(result).toMatchObject({ ok: false, failure: { code: 'restart/still-in-dfu' } });
    expect(prove.retryOn).not.toContain('restart/still-in-dfu');
  });
});
