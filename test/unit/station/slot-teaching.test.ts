import { beforeEach, describe, expect, test } from 'vitest';
import { platformByName } from '../../../src-main/domain/platform.ts';
import type { UsbUnit } from '../../../src-main/ports/usb-bus.ts';
import type { LearntPorts, PortsBySlot } from '../../../src-main/station/learnt-ports.ts';
import { SlotTeaching, type TeachingSetting } from '../../../src-main/station/slot-teaching.ts';

let kept: PortsBySlot;
let notes: { kind: string; body: unknown }[];
let address: number;

beforeEach(() => {
  kept = new Map();
  notes = [];
  address = 0;
});

const memory: LearntPorts = {
  read: () => ({ ok: true, value: kept }),
  write: (ports) => {
    kept = ports;
  },
};

/** Slots 1 to 3; slot 3 has a port by the station file. */
function teachingOf(more: Partial<TeachingSetting> = {}): SlotTeaching {
  return new SlotTeaching({
    slots: [{ name: '1' }, { name: '2' }, { name: '3', portPath: '1-9' }],
    kept: memory,
    note: (kind, body) => notes.push({ kind, body }),
    busySlots: () => [],
    changed: () => {},
    ...more,
  });
}

function unit(portPath: string, usbSerial = 'e00fce68aabbccddeeff0011'): UsbUnit {
  address += 1;
  const platform = platformByName('boron');
  return { portPath, mode: 'normal', platform, vendorId: 0x2b04, productId: 0xc00d, usbSerial, product: '', address };
}

const states = (teaching: SlotTeaching) => teaching.view()?.slots.map(({ state }) => state);
const portsOf = (teaching: SlotTeaching) =>
  Object.fromEntries([...teaching.ports()].map(([name, { portPath }]) => [name, portPath]));

test('a unit plugged into one slot after the other teaches each its port; it is kept, and noted, at the end', () => {
  const teaching = teachingOf();
  expect(portsOf(teaching)).toEqual({ 1: undefined, 2: undefined, 3: '1-9' });
  teaching.start();
  expect(teaching.view()?.present).toBe('1');
  teaching.arrived(unit('1-1.1'));
  teaching.arrived(unit('1-1.2'));
  expect(states(teaching)).toEqual(['learnt', 'learnt', 'present']);
  expect(kept.size).toBe(0);
  teaching.arrived(unit('1-2'));
  expect(teaching.view()).not.toHaveProperty('present');
  expect(teaching.finish()).toMatchObject({ ok: true });
  expect(portsOf(teaching)).toEqual({ 1: '1-1.1', 2: '1-1.2', 3: '1-2' });
  expect(Object.fromEntries(kept)).toEqual({ 1: '1-1.1', 2: '1-1.2', 3: '1-2' });
  expect(notes).toMatchObject([{ kind: 'slots-learnt', body: { learnt: { 1: '1-1.1', 2: '1-1.2', 3: '1-2' } } }]);
  expect(portsOf(teachingOf())).toEqual({ 1: '1-1.1', 2: '1-1.2', 3: '1-2' });
});

test('a unit that starts again in the port it taught teaches nothing twice, and nothing is said of it', () => {
  const teaching = teachingOf();
  teaching.start();
  teaching.arrived(unit('1-1'));
  expect(teaching.arrived(unit('1-1'))).toBe(false);
  expect(teaching.arrived({ ...unit('1-1', '00000000010C'), mode: 'dfu' })).toBe(false);
  expect(states(teaching)).toEqual(['learnt', 'present', 'waiting']);
  expect(teaching.view()).not.toHaveProperty('refused');
});

test.each([
  ['another unit', 'e00fce680000000000000001'],
  ['the unit that has taught another port since', undefined],
])('%s in a port that was taught is refused by the name of its slot, until the next one', (_what, serial) => {
  const teaching = teachingOf();
  teaching.start();
  teaching.arrived(unit('1-1'));
  if (serial === undefined) teaching.arrived(unit('1-2'));
  expect(teaching.arrived(unit('1-1', serial))).toBe(true);
  expect(teaching.view()?.refused).toMatchObject({ code: 'slot/port-taken', evidence: { slot: '1', portPath: '1-1' } });
  teaching.arrived(unit('1-3'));
  expect(teaching.view()).not.toHaveProperty('refused');
});

test('a slot that is skipped keeps its port, and one whose port was taught to another loses it', () => {
  kept = new Map([
    ['1', '1-1'],
    ['2', '1-2'],
  ]);
  const teaching = teachingOf();
  teaching.start();
  teaching.skip();
  teaching.skip();
  teaching.arrived(unit('1-2'));
  expect(teaching.view()?.slots).toEqual([
    { slot: '1', state: 'skipped', portPath: '1-1' },
    { slot: '2', state: 'skipped' },
    { slot: '3', state: 'learnt', portPath: '1-2' },
  ]);
  teaching.finish();
  expect(portsOf(teaching)).toEqual({ 1: '1-1', 2: undefined, 3: '1-2' });
  expect(notes[0]?.body).toMatchObject({ lost: ['2'] });
});

test('undo takes back one turn after the other, and the port is free again', () => {
  const teaching = teachingOf();
  teaching.start();
  teaching.arrived(unit('1-1'));
  teaching.skip();
  teaching.undo();
  expect(states(teaching)).toEqual(['learnt', 'present', 'waiting']);
  teaching.undo();
  teaching.arrived(unit('1-1', 'e00fce680000000000000001'));
  expect(teaching.view()?.slots[0]).toEqual({ slot: '1', state: 'learnt', portPath: '1-1' });
});

test('cancel keeps nothing and notes nothing', () => {
  const teaching = teachingOf();
  teaching.start();
  teaching.arrived(unit('1-1'));
  teaching.cancel();
  expect([kept.size, notes, teaching.isOn, portsOf(teaching)['1']]).toEqual([0, [], false, undefined]);
});

test('one slot alone can be taught', () => {
  const teaching = teachingOf();
  teaching.start('2');
  teaching.arrived(unit('1-5'));
  teaching.finish();
  expect(Object.fromEntries(kept)).toEqual({ 2: '1-5' });
});

test('what was forgotten is as the station file says, and the forgetting is noted', () => {
  kept = new Map([
    ['1', '1-9'],
    ['2', '1-2'],
  ]);
  const teaching = teachingOf();
  expect(portsOf(teaching)).toEqual({ 1: '1-9', 2: '1-2', 3: undefined });
  teaching.forget('1');
  expect(portsOf(teaching)).toEqual({ 1: undefined, 2: '1-2', 3: '1-9' });
  teaching.forget();
  expect(kept.size).toBe(0);
  expect(notes.map(({ kind }) => kind)).toEqual(['slots-forgotten', 'slots-forgotten']);
});

describe('refused, each with its own code:', () => {
  test.each([
    ['a start while runs go on', teachingOf({ busySlots: () => ['2'] }).start(), 'slot/busy'],
    ['a start of a slot there is not', teachingOf().start('x'), 'slot/unknown'],
    ['skip outside of a round', teachingOf().skip(), 'slot/not-learning'],
    ['undo outside of a round', teachingOf().undo(), 'slot/not-learning'],
    ['finish outside of a round', teachingOf().finish(), 'slot/not-learning'],
    ['cancel outside of a round', teachingOf().cancel(), 'slot/not-learning'],
    ['forgetting a slot there is not', teachingOf().forget('x'), 'slot/unknown'],
    ['forgetting a slot that works', teachingOf({ busySlots: () => ['2'] }).forget(), 'slot/busy'],
  ])('%s', (_what, answer, code) => {
    expect(answer).toMatchObject({ ok: false, failure: { code } });
  });

  test('a second start, and forgetting, while a round goes on', () => {
    const teaching = teachingOf();
    teaching.start();
    for (const answer of [teaching.start(), teaching.forget()])
      expect(answer).toMatchObject({ ok: false, failure: { code: 'slot/learning' } });
  });

  test('a disk that keeps nothing: the slots stay as they were, and the round goes on', () => {
    const write = () => {
      throw new Error('no room');
    };
    const teaching = teachingOf({ kept: { ...memory, write } });
    teaching.start('1');
    teaching.arrived(unit('1-1'));
    expect(teaching.finish()).toMatchObject({ ok: false });
    expect([teaching.isOn, portsOf(teaching)['1']]).toEqual([true, undefined]);
    expect(notes.map(({ kind }) => kind)).toEqual(['slots-learnt', 'slots-not-kept']);
  });
});

test('where the kept ports cannot be read no slot has a port, not even the one of the station file, until one is taught', () => {
  const read = () => ({ ok: false, failure: { code: 'station/invalid-file', detail: 'torn' } }) as const;
  const teaching = teachingOf({ kept: { ...memory, read } });
  expect(teaching.unreadable).toMatchObject({ code: 'station/invalid-file' });
  expect(portsOf(teaching)).toEqual({ 1: undefined, 2: undefined, 3: undefined });
  teaching.start('1');
  teaching.arrived(unit('1-1'));
  teaching.finish();
  expect(teaching.unreadable).toBeUndefined();
  expect(portsOf(teaching)).toEqual({ 1: '1-1', 2: undefined, 3: '1-9' });
});
