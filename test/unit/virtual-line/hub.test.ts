import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createVirtualHub } from '../../../src-main/virtual/line/hub.ts';
import { createHubWire } from '../../../src-main/virtual/line/hub-wire.ts';
import { createVirtualHost, type VirtualHost } from '../../../src-main/virtual/line/virtual-host.ts';
import { Enumeration } from '../../../src-main/virtual/unit/enumeration.ts';
import type { UnitClock } from '../../../src-main/virtual/unit/usb-function.ts';
import { createSmallUnit, type SmallUnit } from './small-unit.ts';

const NEVER = new AbortController().signal;
const NO_SUPPLY = { cut: () => {}, restore: () => {} };
const GET_STATUS = { requestType: 0xa1, request: 3, value: 0, index: 0, length: 6 };
const NO_BYTES = new Uint8Array(0);

/** A clock that stands where the test puts it; `sleeping` lists how long each sleep would go. */
function steppedClock() {
  const sleeping: { readonly ms: number }[] = [];
  const clock = {
    time: 0,
    now: () => clock.time,
    sleep: (ms: number) =>
      new Promise<void>(() => {
        sleeping.push({ ms });
      }),
  };
  return { clock, sleeping };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the wire of a hub', () => {
  test('carries one transfer after the other, in the order they came, each for as long as it takes alone', async () => {
    const { clock, sleeping } = steppedClock();
    const port = createHubWire();
    const [one, other, third] = [port(), port(), port()];
    for (const [wire, ms] of [
      [one, 3],
      [other, 1],
      [third, 2],
    ] as const)
      void wire.carry(ms, clock, NEVER);
    expect(sleeping.map(({ ms }) => ms)).toEqual([3, 4, 6]);
    clock.time = 5;
    void one.carry(3, clock, NEVER);
    expect(sleeping.at(-1)?.ms).toBe(4);
  });

  test('is free when the last transfer is over, and never in the way of the unit that made it', () => {
    const { clock, sleeping } = steppedClock();
    const port = createHubWire();
    const [one, other] = [port(), port()];
    void one.carry(3, clock, NEVER);
    clock.time = 1; // the clock lags behind: it saves the shortest sleeps up
    void one.carry(3, clock, NEVER);
    clock.time = 10;
    void other.carry(2, clock, NEVER);
    expect(sleeping.map(({ ms }) => ms)).toEqual([3, 3, 2]);
  });

  test('is not held by a chip that is busy: its neighbour transfers meanwhile', async () => {
    const port = createHubWire();
    const clock: UnitClock = { now: () => 0, sleep: async () => {} };
    const unitOf = (after?: () => Promise<void>) => {
      const control = async () => ({ data: NO_BYTES, ...(after === undefined ? {} : { after }) });
      const stall = async () => 'stall' as const;
      return new Enumeration({ control, transferOut: stall, transferIn: stall }, clock, port());
    };
    const busy = unitOf(() => new Promise(() => {}));
    await busy.control(GET_STATUS, NO_BYTES);
    let isBusyAnswered = false;
    void busy.control(GET_STATUS, NO_BYTES).then(() => {
      isBusyAnswered = true;
    });
    expect(await unitOf().control(GET_STATUS, NO_BYTES)).toMatchObject({ kind: 'done' });
    expect(isBusyAnswered).toBe(false);
  });

  test('is shared by the ports of one hub, not with those behind the next hub or of the computer', () => {
    const { clock, sleeping } = steppedClock();
    const host = createVirtualHost(['1-1.1', '1-1.2', '1-1.4.1', '1-2.1', '1-3']);
    for (const path of ['1-1.1', '1-1.2', '1-1.4.1', '1-2.1']) void host.socket(path).wire?.carry(3, clock, NEVER);
    expect(sleeping.map(({ ms }) => ms)).toEqual([3, 6, 3, 3]);
    expect(host.socket('1-3').wire).toBeUndefined();
    expect(createVirtualHost(['1-1.1'], 'per-port').socket('1-1.1').wire).toBeUndefined();
  });
});

describe('a hub', () => {
  const PORTS = ['1-1.1', '1-1.4.2', '1-2.1'];
  let host: VirtualHost;
  let units: SmallUnit[];
  let told: string[];

  const arrivals = async (count: number): Promise<void> => {
    while (host.present().length < count) await settled();
  };

  beforeEach(async () => {
    host = createVirtualHost(PORTS);
    told = [];
    units = PORTS.map(() => createSmallUnit());
    for (const [index, portPath] of PORTS.entries()) {
      const unit = units[index];
      if (unit !== undefined) host.socket(portPath).attached(unit);
    }
    await arrivals(3);
    host.subscribe((event) => told.push(`${event.kind} ${'unit' in event ? event.unit.portPath : event.portPath}`));
  });
  afterEach(() => host.close());

  test('that resets takes everything behind it off the bus at once, also behind a hub of its own, and brings it back anew', async () => {
    const before = new Map(host.present().map(({ portPath, address }) => [portPath, address]));
    createVirtualHub('1-1', host, NO_SUPPLY).reset();
    expect(told).toEqual(['removed 1-1.1', 'removed 1-1.4.2']);
    await arrivals(3);
    expect(told.slice(2).toSorted()).toEqual(['arrived 1-1.1', 'arrived 1-1.4.2']);
    const same = host.present().filter(({ portPath, address }) => before.get(portPath) === address);
    expect(same.map(({ portPath }) => portPath)).toEqual(['1-2.1']);
  });

  test('that resets ends the transfers under way as gone, while the unit goes on and answers the next enumeration', async () => {
    const hosted = host.present()[0];
    units[0]?.fallSilent();
    const asked = hosted?.usbFunction.control(GET_STATUS, NO_BYTES);
    const read = hosted?.usbFunction.transferIn(1, 64);
    createVirtualHub('1-1', host, NO_SUPPLY).unplug();
    expect([await asked, await read]).toEqual([{ kind: 'gone' }, { kind: 'gone' }]);
    expect(hosted?.usbFunction.gone.aborted).toBe(true);
    expect(units[0]?.gone.aborted).toBe(false);
  });

  test('leaves no read behind in a unit, where it would take what the next reader is to get', async () => {
    const reads: (AbortSignal | undefined)[] = [];
    host.socket('1-1.1').attached({
      ...createSmallUnit(),
      transferIn: (_endpoint, _length, signal) => {
        reads.push(signal);
        return new Promise(() => {});
      },
    });
    await arrivals(3);
    void host.present()[0]?.usbFunction.transferIn(1, 64);
    void host.present()[0]?.usbFunction.transferIn(2, 64, NEVER);
    createVirtualHub('1-1', host, NO_SUPPLY).reset();
    expect(reads.map((signal) => signal?.aborted)).toEqual([true, true]);
  });

  test('whose cable is out shows nothing, whatever is plugged in behind it, until it is back', async () => {
    const hub = createVirtualHub('1-1', host, NO_SUPPLY);
    hub.unplug();
    host.socket('1-1.1').detached();
    host.socket('1-1.1').attached(createSmallUnit('dfu'));
    await settled();
    expect(host.present().map(({ portPath }) => portPath)).toEqual(['1-2.1']);
    hub.plugIn();
    await arrivals(3);
    expect(host.present().map(({ descriptors }) => descriptors.device.productId)).toEqual([0xd00d, 0xc00d, 0xc00d]);
  });

  test('is only where ports are behind it', () => {
    for (const path of ['1-3', '1-2.1', '1', '1-'])
      expect(() => createVirtualHub(path, host, NO_SUPPLY)).toThrow(RangeError);
  });
});
