import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeUsbDevice } from '../../../src-main/adapters/usb/node-usb-device.ts';
import { createNodeUsbBus, type NodeUsb } from '../../../src-main/adapters/usb/usb-bus.node-usb.ts';
import type { BusEvent, UsbBus } from '../../../src-main/ports/usb-bus.ts';

// The `usb` package cannot run where there is no USB, so its place is taken here by a scripted object of its shape: what is
// under test is what the adapter makes of it. Against the real package the acceptance suite runs in the virtual machine.

let folder: string;
let bus: UsbBus | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-usb-bus-'));
});
afterEach(async () => {
  await bus?.close();
  await rm(folder, { recursive: true });
});

describe('the bus over the usb package', () => {
  it('reports what is there, then each change once, though the library doubles its events', async () => {
    const library = scriptedLibrary();
    await library.plug({ ports: [1, 3], address: 4 });
    const seen = watch(library);
    await seen.until(1);
    await library.plug({ ports: [2], address: 5, productId: 0xd00d });
    library.tell('connect');
    library.tell('connect');
    await seen.until(2);
    library.unplug(4);
    library.tell('disconnect');
    library.tell('disconnect');
    await seen.until(3);
    library.tell('connect');
    await seen.settled();
    expect(seen.events.map(brief)).toEqual(['arrived 1-1.3@4 normal', 'arrived 1-2@5 dfu', 'removed 1-1.3@4']);
  });

  it('reports a re-enumeration as a removal and an arrival on the same port', async () => {
    const library = scriptedLibrary();
    await library.plug({ ports: [1], address: 4 });
    const seen = watch(library);
    await seen.until(1);
    library.unplug(4);
    await library.plug({ ports: [1], address: 9, productId: 0xd00d });
    library.tell('connect');
    await seen.until(3);
    expect(seen.events.map(brief)).toEqual(['arrived 1-1@4 normal', 'removed 1-1@4', 'arrived 1-1@9 dfu']);
  });

  it('does not report an arrival at a disconnect event, when udev may not have set the rights yet', async () => {
    const library = scriptedLibrary();
    await library.plug({ ports: [1], address: 4 });
    const seen = watch(library);
    await seen.until(1);
    library.unplug(4);
    await library.plug({ ports: [1], address: 9 });
    library.tell('disconnect');
    await seen.until(2);
    await seen.settled();
    expect(seen.events.map(brief)).toEqual(['arrived 1-1@4 normal', 'removed 1-1@4']);
    library.tell('connect');
    await seen.until(3);
    expect(seen.events.map(brief).at(-1)).toBe('arrived 1-1@9 normal');
  });

  it('tells a late subscriber what is there', async () => {
    const library = scriptedLibrary();
    await library.plug({ ports: [1], address: 4 });
    const seen = watch(library);
    await seen.until(1);
    const late: BusEvent[] = [];
    const told = Promise.withResolvers<void>();
    bus?.subscribe((event) => {
      late.push(event);
      told.resolve();
    });
    await told.promise;
    expect(late.map(brief)).toEqual(['arrived 1-1@4 normal']);
    expect(seen.events).toHaveLength(1);
  });

  it('takes the strings from sysfs and never from the device, which would be opened for them', async () => {
    const library = scriptedLibrary();
    await library.plug({ ports: [1], address: 4 });
    const seen = watch(library);
    await seen.until(1);
    expect(seen.events[0]).toMatchObject({ unit: { usbSerial: 'serial-of-4', product: 'Boron CDC Mode' } });
    expect(library.gettersRead()).toBe(0);
  });

  it('names an unknown product of the vendor as trouble and ignores other vendors', async () => {
    const library = scriptedLibrary();
    await library.plug({ ports: [1], address: 4, productId: 0xc0ff });
    await library.plug({ ports: [2], address: 5, vendorId: 0x0403 });
    const seen = watch(library);
    await seen.until(1);
    await seen.settled();
    expect(seen.events).toMatchObject([
      { kind: 'trouble', portPath: '1-1', failure: { code: 'unit/unknown-platform' } },
    ]);
    expect(await bus?.list()).toEqual([]);
  });

  it('lists by itself where nobody sends events', async () => {
    const library = scriptedLibrary();
    const seen = watch(library, false);
    await seen.settled();
    await library.plug({ ports: [1], address: 4 });
    await seen.until(1);
    expect(seen.events.map(brief)).toEqual(['arrived 1-1@4 normal']);
    expect(library.listenerCount()).toBe(0);
  });

  it('says that USB is unavailable where there is no USB bus, instead of letting the library crash', async () => {
    bus = createNodeUsbBus({ load: async () => scriptedLibrary().usb, sysfs: join(folder, 'absent') });
    await expect(bus.list()).rejects.toMatchObject({ code: 'usb/unavailable' });
    const { subscribe } = bus;
    expect(() => subscribe(() => undefined)).toThrow(expect.objectContaining({ code: 'usb/unavailable' }));
  });

  it('says that USB is unavailable when listing fails', async () => {
    const library = scriptedLibrary();
    library.fail(new Error('permission denied (errno 13)'));
    const seen = watch(library);
    await seen.until(1);
    expect(seen.events).toMatchObject([{ kind: 'trouble', failure: { code: 'usb/unavailable' } }]);
  });
});

describe('the control pipe over the usb package', () => {
  const setup = { requestType: 0xc0, request: 0x50, value: 0, index: 30 };

  async function open(library: ReturnType<typeof scriptedLibrary>) {
    await library.plug({ ports: [1], address: 4 });
    const seen = watch(library);
    await seen.until(1);
    const [unit] = (await bus?.list()) ?? [];
    if (unit === undefined || bus === undefined) throw new Error('no unit');
    return { seen, unit, bus, pipe: await bus.openControl(unit) };
  }

  it('translates the setup packet and hands out no more than was asked', async () => {
    const library = scriptedLibrary();
    const { pipe } = await open(library);
    library.answer(async () => new DataView(Uint8Array.from([0, 54, 46, 50, 46, 48]).buffer, 1));
    expect(Buffer.from(await pipe.transferIn(setup, 3, 100)).toString()).toBe('6.2');
    expect(library.lastSetup()).toEqual({
      requestType: 'vendor',
      recipient: 'device',
      request: 0x50,
      value: 0,
      index: 30,
    });
    await pipe.transferIn({ requestType: 0xa1, request: 3, value: 0, index: 0 }, 6, 100);
    expect(library.lastSetup()).toMatchObject({ requestType: 'class', recipient: 'interface' });
  });

  it('always gives an OUT transfer an array, because the library throws without one', async () => {
    const library = scriptedLibrary();
    const { pipe } = await open(library);
    await pipe.transferOut({ ...setup, requestType: 0x40 }, new Uint8Array(0), 100);
    expect(library.lastData()).toEqual(new Uint8Array(0));
  });

  it.each([
    ['endpoint stalled', 'usb/transfer-failed', 'stall'],
    ['transfer was cancelled', 'usb/transfer-failed', 'timeout'],
    ['device disconnected', 'usb/transfer-failed', 'gone'],
    ['hardware fault or protocol violation', 'usb/transfer-failed', 'other'],
  ])('reports "%s" as %s, %s', async (text, code, reason) => {
    const library = scriptedLibrary();
    const { pipe } = await open(library);
    library.answer(() => Promise.reject(new Error(text)));
    await expect(pipe.transferIn(setup, 64, 100)).rejects.toMatchObject({ code, evidence: { reason } });
  });

  it('claims an interface once, selects alternate settings of it, and gives it back when it is closed', async () => {
    const library = scriptedLibrary();
    const { pipe } = await open(library);
    await pipe.claim(0, 1);
    await pipe.claim(0, 0);
    await pipe.close();
    await pipe.close();
    expect(library.claims()).toEqual(['claim 0', 'alternate 0.1', 'alternate 0.0', 'release 0']);
  });

  it('says when another program holds the interface', async () => {
    const library = scriptedLibrary();
    const { pipe } = await open(library);
    library.refuseClaim(new Error('interface is busy (errno 16)'));
    await expect(pipe.claim(0, 0)).rejects.toMatchObject({
      code: 'usb/transfer-failed',
      evidence: { reason: 'other' },
    });
    await pipe.close();
    expect(library.claims()).toEqual([]);
  });

  it('recognises a bus fault as an unplug when the unit is then gone', async () => {
    const library = scriptedLibrary();
    const { pipe } = await open(library);
    library.answer(() => {
      library.unplug(4);
      return Promise.reject(new Error('hardware fault or protocol violation'));
    });
    await expect(pipe.transferIn(setup, 64, 100)).rejects.toMatchObject({ evidence: { reason: 'gone' } });
  });

  it('ends a pending transfer at once when the unit leaves, and when it is closed', async () => {
    const library = scriptedLibrary();
    const { pipe, bus: opened, unit } = await open(library);
    const other = await opened.openControl(unit);
    library.answer(() => new Promise(() => undefined));
    const closed = expect(other.transferIn(setup, 64, 60_000)).rejects.toMatchObject({ evidence: { reason: 'gone' } });
    await other.close();
    await closed;
    const pending = expect(pipe.transferIn(setup, 64, 60_000)).rejects.toMatchObject({ evidence: { reason: 'gone' } });
    library.unplug(4);
    library.tell('disconnect');
    await pending;
  });

  it('does not open another enumeration on the same port', async () => {
    const library = scriptedLibrary();
    const { bus: opened, unit } = await open(library);
    library.unplug(4);
    await library.plug({ ports: [1], address: 5 });
    await expect(opened.openControl(unit)).rejects.toMatchObject({ evidence: { reason: 'gone' } });
  });

  it('says so when it may not open the unit', async () => {
    const library = scriptedLibrary();
    const { bus: opened, unit } = await open(library);
    library.refuseOpen(new Error('failed to open device: permission denied (errno 13)'));
    await expect(opened.openControl(unit)).rejects.toMatchObject({ code: 'usb/no-permission' });
  });
});

function watch(library: ReturnType<typeof scriptedLibrary>, hasHotplug = true) {
  bus = createNodeUsbBus({ load: async () => library.usb, sysfs: folder, nodes: undefined, hasHotplug });
  const events: BusEvent[] = [];
  let changed = Promise.withResolvers<void>();
  bus.subscribe((event) => {
    events.push(event);
    changed.resolve();
    changed = Promise.withResolvers<void>();
  });
  return {
    events,
    async until(count: number) {
      while (events.length < count) await changed.promise;
    },
    /** Everything queued so far has been looked at: two listings asked for now have been answered. */
    async settled() {
      await bus?.list();
      await bus?.list();
    },
  };
}

function brief(event: BusEvent): string {
  if (event.kind === 'arrived') return `arrived ${event.unit.portPath}@${event.unit.address} ${event.unit.mode}`;
  return event.kind === 'removed' ? `removed ${event.portPath}@${event.address}` : `trouble ${event.failure.code}`;
}

function scriptedLibrary() {
  const devices: NodeUsbDevice[] = [];
  const listeners = new Set<readonly ['connect' | 'disconnect', () => void]>();
  const claims: string[] = [];
  let claimError: Error | undefined;
  let getters = 0;
  let failing: Error | undefined;
  let openError: Error | undefined;
  let setup: unknown;
  let data: unknown;
  let answer: () => Promise<DataView> = async () => new DataView(new ArrayBuffer(0));
  const counted = (): string => {
    getters += 1;
    return 'from the device';
  };
  const usb: NodeUsb = {
    async getDevices() {
      if (failing !== undefined) throw failing;
      return [...devices];
    },
    addEventListener: (type, listener) => void listeners.add([type, listener]),
    removeEventListener: (type, listener) => {
      for (const one of listeners) if (one[0] === type && one[1] === listener) listeners.delete(one);
    },
  };
  return {
    usb,
    async plug(device: { ports: number[]; address: number; productId?: number; vendorId?: number }) {
      const directory = join(folder, `1-${device.ports.join('.')}`);
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, 'serial'), `serial-of-${device.address}\n`);
      await writeFile(join(directory, 'product'), 'Boron CDC Mode\n');
      devices.push({
        vendorId: 0x2b04,
        productId: 0xc00d,
        bus: '001',
        ...device,
        get serialNumber() {
          return counted();
        },
        get productName() {
          return counted();
        },
        async open() {
          if (openError !== undefined) throw openError;
        },
        async close() {},
        async claimInterface(number) {
          if (claimError !== undefined) throw claimError;
          claims.push(`claim ${number}`);
        },
        async releaseInterface(number) {
          claims.push(`release ${number}`);
        },
        async selectAlternateInterface(number, alternate) {
          claims.push(`alternate ${number}.${alternate}`);
        },
        async controlTransferIn(asked) {
          setup = asked;
          return { data: await answer(), status: 'ok' };
        },
        async controlTransferOut(asked, given) {
          setup = asked;
          data = given;
          return { status: 'ok' };
        },
      });
    },
    unplug(address: number) {
      devices.splice(
        devices.findIndex((one) => one.address === address),
        1,
      );
    },
    tell(type: 'connect' | 'disconnect') {
      for (const [wanted, listener] of listeners) if (wanted === type) listener();
    },
    fail: (error: Error) => {
      failing = error;
    },
    refuseOpen: (error: Error) => {
      openError = error;
    },
    answer: (next: () => Promise<DataView>) => {
      answer = next;
    },
    gettersRead: () => getters,
    listenerCount: () => listeners.size,
    claims: () => claims,
    refuseClaim: (error: Error) => {
      claimError = error;
    },
    lastSetup: () => setup,
    lastData: () => data,
  };
}
