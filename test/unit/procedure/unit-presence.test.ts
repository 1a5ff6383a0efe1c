import { describe, expect, it } from 'vitest';
import { parseDeviceId } from '../../../src-main/domain/device-id.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import type { BusEvent, UsbBus, UsbUnit } from '../../../src-main/ports/usb-bus.ts';
import { followUnit } from '../../../src-main/procedure/unit-presence.ts';

const ID = 'e00fce68aabbccddeeff0011';
const OTHER = 'e00fce68aabbccddeeff0022';

function enumeration(change: Partial<UsbUnit> = {}): UsbUnit {
  const platform = platformByName('boron');
  return {
    portPath: '1-1',
    mode: 'normal',
    platform,
    vendorId: 0x2b04,
    productId: 0xc00d,
    usbSerial: ID,
    product: 'Boron CDC Mode',
    address: 4,
    ...change,
  };
}

function follow() {
  let tell: (event: BusEvent) => void = () => undefined;
  const bus = {
    subscribe: (listener: (event: BusEvent) => void) => {
      tell = listener;
      return () => undefined;
    },
  } as unknown as UsbBus;
  const presence = followUnit(bus, '1-1');
  const id = parseDeviceId(ID);
  if (id.ok) presence.bind(id.value);
  return {
    presence,
    arrive: (unit: UsbUnit) => tell({ kind: 'arrived', unit }),
    leave: (unit: UsbUnit) => tell({ kind: 'removed', portPath: unit.portPath, address: unit.address }),
  };
}

const never = new AbortController().signal;

describe('the presence of a unit', () => {
  it('is lost as unplugged when the unit leaves unexpectedly', () => {
    const { presence, arrive, leave } = follow();
    arrive(enumeration());
    leave(enumeration());
    expect(presence.lost.reason).toMatchObject({ code: 'unit/unplugged' });
  });

  it('survives a restart that is allowed, and follows the unit into DFU mode', async () => {
    const { presence, arrive, leave } = follow();
    arrive(enumeration());
    presence.allowRestart();
    leave(enumeration());
    const inDfu = enumeration({ mode: 'dfu', address: 5 });
    const waiting = presence.waitFor(({ mode }) => mode === 'dfu', never);
    arrive(inDfu);
    expect(await waiting).toBe(inDfu);
    expect(presence.lost.aborted).toBe(false);
  });

  it('is lost as replaced when another device ID comes back, in either mode', () => {
    const { presence, arrive, leave } = follow();
    arrive(enumeration());
    presence.allowRestart();
    leave(enumeration());
    arrive(enumeration({ mode: 'dfu', usbSerial: OTHER, address: 5 }));
    expect(presence.lost.reason).toMatchObject({ code: 'unit/replaced' });
    expect(presence.current()).toBeUndefined();
  });

  it('accepts the upper-case and the constant serial of old bootloaders', () => {
    const { presence, arrive, leave } = follow();
    const first = enumeration({ usbSerial: ID.toUpperCase() });
    arrive(first);
    presence.allowRestart();
    leave(first);
    arrive(enumeration({ usbSerial: '00000000010C', address: 6 }));
    expect(presence.lost.aborted).toBe(false);
  });

  it('is lost as replaced when a unit of another platform comes back, though its serial says nothing', () => {
    const { presence, arrive, leave } = follow();
    arrive(enumeration());
    presence.allowRestart();
    leave(enumeration());
    arrive(enumeration({ platform: platformByName('electron'), mode: 'dfu', usbSerial: '00000000010C', address: 5 }));
    expect(presence.lost.reason).toMatchObject({ code: 'unit/replaced' });
  });

  it('is lost as unplugged when another enumeration shows up though nobody said that the first has left', () => {
    const { presence, arrive } = follow();
    arrive(enumeration({ usbSerial: '00000000010C' }));
    arrive(enumeration({ usbSerial: '00000000010C', address: 5 }));
    expect(presence.lost.reason).toMatchObject({ code: 'unit/unplugged' });
  });

  it('takes no notice of other ports, nor of the late removal of an earlier enumeration', () => {
    const { presence, arrive, leave } = follow();
    arrive(enumeration());
    leave(enumeration({ address: 3 }));
    leave(enumeration({ portPath: '1-2' }));
    expect(presence.current()?.address).toBe(4);
    expect(presence.lost.aborted).toBe(false);
  });

  it('is lost when restarts are forbidden again and the unit is away', () => {
    const { presence, arrive, leave } = follow();
    arrive(enumeration());
    presence.allowRestart();
    leave(enumeration());
    presence.forbidRestart();
    expect(presence.lost.reason).toMatchObject({ code: 'unit/unplugged' });
  });

  it('ends a wait with the reason of the signal', async () => {
    const { presence } = follow();
    const stop = new AbortController();
    const waiting = presence.waitFor(() => true, stop.signal);
    stop.abort('enough');
    await expect(waiting).rejects.toBe('enough');
  });
});
