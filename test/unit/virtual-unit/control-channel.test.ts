import { afterEach, expect, test } from 'vitest';
import * as messages from '../../../src-main/protocol/control-messages.ts';
import { CONTROL_REQUEST, RESULT } from '../../../src-main/protocol/control-requests.ts';
import { createUnitClock, type VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { plugged, type UsbHost } from './usb-host.ts';

let unit: VirtualUnit | undefined;
afterEach(() => unit?.unplug());

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const NOTHING = new Uint8Array(0);

async function boron(options: Parameters<typeof plugged>[1] = {}): Promise<UsbHost> {
  const up = await plugged('boron', options);
  unit = up.unit;
  return up.host;
}

test('one request goes byte for byte as on the wire: INIT, CHECK until done, RECV, then it is forgotten', async () => {
  const host = await boron();
  expect(hex(await host.read(0xc0, 1, 0, 20, 64))).toBe('0300000000000100');
  let check = await host.read(0xc0, 2, 0, 1, 64);
  while (check[4] === 2) {
    expect(hex(check)).toBe('010000000200');
    check = await host.read(0xc0, 2, 0, 1, 64);
  }
  expect(hex(check)).toBe('0d0000000000' + '1a000000' + '00000000');
  const reply = await host.read(0xc0, 4, 0, 1, 26);
  expect(hex(reply)).toBe(`0a18${hex(Buffer.from(unit?.identity.deviceId ?? '', 'latin1'))}`);
  expect(hex(await host.read(0xc0, 2, 0, 1, 64))).toBe('010000000500');
});

test('a request without a reply is forgotten as soon as its CHECK is fetched', async () => {
  const host = await boron();
  await host.read(0xc0, 1, 0, 70, 64);
  let check = await host.read(0xc0, 2, 0, 1, 64);
  while (check[4] === 2) check = await host.read(0xc0, 2, 0, 1, 64);
  expect(hex(check)).toBe('09000000000000000000');
  expect((await host.check(1)).status).toBe(5);
});

test('four requests may be active, the fifth is BUSY and gets no id, RESET 0 clears them', async () => {
  const host = await boron();
  const ids = [];
  for (let count = 0; count < 4; count++) ids.push((await host.read(0xc0, 1, 10, 1, 64))[6]);
  expect(ids).toEqual([1, 2, 3, 4]);
  expect(hex(await host.read(0xc0, 1, 10, 1, 64))).toBe('010000000300');
  expect(hex(await host.read(0xc0, 5, 0, 0, 64))).toBe('010000000000');
  expect(hex(await host.read(0xc0, 5, 0, 3, 64))).toBe('010000000500');
  expect(hex(await host.read(0xc0, 1, 10, 1, 64))).toBe('0300000000000500');
});

test('a payload of 64 bytes is taken at once, 65 are PENDING first, and both come back from echo', async () => {
  const host = await boron();
  expect((await host.read(0xc0, 1, 64, 1, 64))[4]).toBe(0);
  expect((await host.read(0xc0, 1, 65, 1, 64))[4]).toBe(2);
  await host.read(0xc0, 5, 0, 0, 64);
  const large = Uint8Array.from({ length: 5000 }, (_, at) => at % 251);
  expect(hex((await host.request(CONTROL_REQUEST.echo, large)).data)).toBe(hex(large));
});

test('short service reads, unknown ids, too many bytes and a second SEND stall', async () => {
  const host = await boron();
  for (const request of [1, 2, 5]) expect(await host.in(0xc0, request, 0, 1, 63)).toEqual({ kind: 'stall' });
  expect(await host.out(0x40, 3, 0, 9, Uint8Array.of(1))).toEqual({ kind: 'stall' });
  expect(await host.in(0xc0, 4, 0, 9, 4)).toEqual({ kind: 'stall' });
  await host.read(0xc0, 1, 2, 1, 64);
  expect(await host.out(0x40, 3, 0, 1, Uint8Array.of(1, 2, 3))).toEqual({ kind: 'stall' });
  expect((await host.out(0x40, 3, 0, 1, Uint8Array.of(1, 2))).kind).toBe('done');
  expect(await host.out(0x40, 3, 0, 1, Uint8Array.of(1))).toEqual({ kind: 'stall' });
});

test('raw requests tell version and device ID without the channel', async () => {
  const host = await boron();
  expect(Buffer.from(await host.read(0xc0, 0x50, 0, 30, 64)).toString()).toBe('5.9.0');
  const id = Buffer.from(await host.read(0xc0, 0x50, 0, 20, 64)).toString();
  expect(id).toBe(unit?.identity.deviceId.toUpperCase());
  expect(await host.in(0xc0, 0x50, 0, 90, 64)).toEqual({ kind: 'stall' });
});

test('a raw reset takes the unit off the bus in the middle of the transfer', async () => {
  const host = await boron();
  expect(await host.out(0x40, 0x50, 0, 40, NOTHING)).toEqual({ kind: 'gone' });
  await unit?.whenMode('normal', { timeoutMs: 5000 });
  expect(host.enumerations).toBe(2);
});

test('a restart turns the modem off, and Device OS remembers what it read', async () => {
  const host = await boron({ turnsModemOn: false });
  await host.request(CONTROL_REQUEST.iccid);
  await host.out(0x40, 0x50, 0, 40, NOTHING);
  await unit?.whenMode('normal', { timeoutMs: 5000 });
  expect(unit?.modem.isOn).toBe(false);
  expect(unit?.modem.cached.imei).toBe(unit?.modem.imei);
});

test('Gen 2 0.7 has the raw channel only: version, device ID with NUL, and DFU mode by a raw request', async () => {
  const up = await plugged('electron', { deviceOs: '0.7.0' });
  unit = up.unit;
  const { host } = up;
  expect(await host.in(0xc0, 1, 0, 20, 64)).toEqual({ kind: 'stall' });
  const id = Buffer.from(await host.read(0xc0, 0x50, 0, 20, 64)).toString('latin1');
  expect(id).toBe(`${unit.identity.deviceId.toUpperCase()}\0`);
  expect(await host.read(0xc0, 0x50, 1, 20, 64)).toHaveLength(12);
  await host.out(0x40, 0x50, 0, 50, NOTHING);
  await unit.whenMode('dfu', { timeoutMs: 5000 });
});

test('reset and DFU mode come only after the answer was fetched', async () => {
  const host = await boron();
  await host.read(0xc0, 1, 0, CONTROL_REQUEST.enterDfu, 64);
  const clock = createUnitClock({ speed: 400 });
  await clock.sleep(3000);
  expect(unit?.mode).toBe('normal');
  expect((await host.check(1)).result).toBe(0);
  await unit?.whenMode('dfu', { timeoutMs: 5000 });
});

test('the module list of 5.6 and later has hashes and sizes, and they are those of the flash', async () => {
  const host = await boron();
  const { modules, modulesDeprecated } = messages.getModuleInfoReply.decode(
    (await host.request(CONTROL_REQUEST.moduleInfo)).data,
  );
  expect(modulesDeprecated).toEqual([]);
  expect(
    modules.map((module) => [module.type, module.index, module.version, module.checkedFlags, module.passedFlags]),
  ).toEqual([
    [2, 0, 3100, 30, 30],
    [4, 1, 5901, 30, 30],
    [5, 2, 6, 30, 30],
    [8, 0, 202, 30, 30],
  ]);
  const user = modules[2];
  const size = user?.size ?? 0;
  const flash = unit?.readFlash(0xb4000, size) ?? NOTHING;
  expect(hex(user?.hash ?? NOTHING)).toBe(hex(flash.subarray(-38, -6)));
});

test('older firmware fills the deprecated list only', async () => {
  const host = await boron({ deviceOs: '4.2.0' });
  const reply = messages.getModuleInfoReply.decode((await host.request(CONTROL_REQUEST.moduleInfo)).data);
  expect(reply.modules).toEqual([]);
  expect(reply.modulesDeprecated.map((module) => [module.type, module.index, module.version, module.validity])).toEqual(
    [
      [1, 0, 1200, 0],
      [2, 1, 4200, 0],
      [3, 2, 6, 0],
      [6, 0, 202, 0],
    ],
  );
});

test('request 554 turns the modem on and gives ICCID and IMEI; without a SIM it is refused without data', async () => {
  const host = await boron({ turnsModemOn: false });
  expect(unit?.modem.isOn).toBe(false);
  const { result, data } = await host.request(CONTROL_REQUEST.iccid);
  expect(result).toBe(0);
  const sim = unit?.modem.sim;
  expect(messages.getIccidReply.decode(data)).toEqual({
    iccid: sim === undefined || sim === 'none' ? '' : sim.iccid,
    imei: unit?.modem.imei,
  });
  unit?.setFault({ name: 'no-sim' });
  const none = await host.request(CONTROL_REQUEST.iccid);
  expect(none.result).toBeLessThan(0);
  expect(none.data).toHaveLength(0);
});

test('below 5.8 request 554 has no IMEI', async () => {
  const host = await boron({ deviceOs: '5.5.0' });
  const { data } = await host.request(CONTROL_REQUEST.iccid);
  expect(messages.getIccidReply.decode(data).imei).toBeUndefined();
});

test('an Electron refuses the cellular requests and unknown ones with -120', async () => {
  const up = await plugged('electron');
  unit = up.unit;
  for (const type of [CONTROL_REQUEST.iccid, CONTROL_REQUEST.getActiveSim, CONTROL_REQUEST.setSetupDone, 600]) {
    expect((await up.host.request(type)).result).toBe(RESULT.notSupported);
  }
});

test('listening by request 70 shows in request 72, whose reply is empty in normal mode', async () => {
  const host = await boron();
  expect(await host.request(CONTROL_REQUEST.deviceMode)).toEqual({ result: 0, data: NOTHING });
  expect((await host.request(CONTROL_REQUEST.startListening)).result).toBe(0);
  expect(hex((await host.request(CONTROL_REQUEST.deviceMode)).data)).toBe('0801');
  expect(unit?.mode).toBe('listening');
  await host.request(CONTROL_REQUEST.stopListening);
  expect(unit?.mode).toBe('normal');
});

test('below 4.0 the set-up-done mark is stored, from 4.0 on it is always true', async () => {
  const done = messages.setSetupDoneRequest.encode({ done: true });
  const host = await boron({ deviceOs: '3.3.1', mode: 'listening' });
  expect((await host.request(CONTROL_REQUEST.isSetupDone)).data).toHaveLength(0);
  expect((await host.request(CONTROL_REQUEST.setSetupDone, done)).result).toBe(0);
  expect(hex((await host.request(CONTROL_REQUEST.isSetupDone)).data)).toBe('0801');
  await host.request(CONTROL_REQUEST.reset);
  await unit?.whenMode('normal', { timeoutMs: 5000 });
  unit?.unplug();
  const later = await boron();
  expect((await later.request(CONTROL_REQUEST.setSetupDone, NOTHING)).result).toBe(RESULT.notSupported);
  expect(hex((await later.request(CONTROL_REQUEST.isSetupDone)).data)).toBe('0801');
});

test('a protected unit lets only identity and protection requests pass', async () => {
  const host = await boron({ deviceOs: '6.2.0', faults: [{ name: 'protected' }] });
  expect((await host.request(CONTROL_REQUEST.deviceId)).result).toBe(0);
  expect(hex((await host.request(CONTROL_REQUEST.protectedState)).data)).toBe('0801');
  expect((await host.request(CONTROL_REQUEST.moduleInfo)).result).toBe(RESULT.protected);
  expect((await host.request(CONTROL_REQUEST.enterDfu)).result).toBe(RESULT.protected);
});

test('a payload that is not the expected message is refused, and the channel lives on', async () => {
  const host = await boron();
  const nonsense = Uint8Array.of(0xff, 0xff, 0xff, 0xff);
  expect((await host.request(CONTROL_REQUEST.startFirmwareUpdate, nonsense)).result).toBe(RESULT.badData);
  expect((await host.request(CONTROL_REQUEST.deviceId)).result).toBe(0);
});

test('a host that gives up on a unit that does not answer can go on with the next transfer', async () => {
  const host = await boron({ faults: [{ name: 'silent' }] });
  const patience = new AbortController();
  const asked = host.usb.control(
    { requestType: 0xc0, request: 0x50, value: 0, index: 30, length: 64 },
    NOTHING,
    patience.signal,
  );
  patience.abort();
  expect(await asked).toEqual({ kind: 'cancelled' });
  expect(await host.string(1)).toBe('Particle');
});

test('pulling the plug ends every pending transfer as gone', async () => {
  const host = await boron({ faults: [{ name: 'silent' }] });
  const pending = [host.in(0xc0, 1, 0, 20, 64), host.usb.transferIn(1, 128), host.usb.transferIn(2, 64)];
  unit?.unplug();
  expect(await Promise.all(pending)).toEqual([{ kind: 'gone' }, { kind: 'gone' }, { kind: 'gone' }]);
});
