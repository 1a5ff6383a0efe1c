import { StationError } from './domain/failure.ts';
import type { Platform } from './domain/platform.ts';
import type { VirtualUnitView } from './domain/snapshot.ts';
import type { Bench } from './station/bench.ts';
import type { UnitCondition, UnitInput } from './virtual/cloud/register-unit.ts';
import type { VirtualCloud } from './virtual/cloud/virtual-cloud.ts';
import type { VirtualLine } from './virtual/line/virtual-line.ts';
import { createFactoryUnit } from './virtual/unit/factory-unit.ts';
import { FAULT_NAMES, type Fault, parseFault } from './virtual/unit/faults.ts';
import type { UnitClock } from './virtual/unit/usb-function.ts';
import type { VirtualUnit } from './virtual/unit/virtual-unit.ts';

export type VirtualBenchOptions = {
  readonly line: VirtualLine;
  readonly cloud: Pick<VirtualCloud, 'registerUnit'>;
  readonly clock: UnitClock;
  readonly scale: number;
  /** The number of the first unit; default 1. */
  readonly firstUnit?: number;
  readonly slots: readonly { readonly slot: string; readonly platform: Platform; readonly faults: readonly Fault[] }[];
};

/** The bench, and the units on it for those who want to look inside one. */
export type VirtualBench = Bench & {
  readonly unit: (slot: string) => VirtualUnit;
  /** Makes the cloud know the slot's unit anew, in this condition. */
  readonly register: (slot: string, conditions: readonly UnitCondition[]) => void;
};

type Place = { readonly platform: Platform; unit: VirtualUnit; plugged: boolean; fault: string };

/**
 * A shelf with one virtual unit per slot, each known to the virtual cloud as if it had just come from the factory. Numbers count up, so
 * no two units of one bench are alike.
 */
export function createVirtualBench(options: VirtualBenchOptions): VirtualBench {
  const { line, cloud, clock, scale } = options;
  let made = (options.firstUnit ?? 1) - 1;
  const make = (platform: Platform, faults: readonly Fault[]): VirtualUnit => {
    made += 1;
    const unit = createFactoryUnit(platform.name, { number: made, clock, faults, scale });
    cloud.registerUnit(factoryRecord(unit, platform));
    return unit;
  };
  const places = new Map<string, Place>(
    options.slots.map(({ slot, platform, faults }) => {
      const fault = faults.map(({ name, number }) => (number === undefined ? name : `${name}=${number}`)).join(', ');
      return [slot, { platform, unit: make(platform, faults), plugged: false, fault }];
    }),
  );
  const portPaths = new Map(line.slots.map(({ slot, portPath }) => [slot, portPath]));
  const at = (slot: string): Place => {
    const place = places.get(slot);
    if (place === undefined) throw new StationError('slot/unknown', `There is no slot ${slot} on this bench.`);
    return place;
  };

  return {
    unit: (slot) => at(slot).unit,
    register: (slot, conditions) => {
      const { unit, platform } = at(slot);
      cloud.registerUnit({ ...factoryRecord(unit, platform), conditions });
    },
    faultNames: () => FAULT_NAMES,
    units: () => [...places].map(([slot, place]) => viewOf(slot, portPaths.get(slot) ?? '', place)),
    plug: async (slot, text) => {
      const place = at(slot);
      if (text !== undefined) setFault(place, text);
      if (place.plugged) return;
      place.plugged = true;
      line.plug(slot, place.unit);
    },
    unplug: async (slot) => {
      const place = at(slot);
      place.plugged = false;
      line.unplug(slot);
    },
    fresh: async (slot) => {
      const place = at(slot);
      if (place.plugged) line.unplug(slot);
      place.unit = make(place.platform, []);
      place.plugged = false;
      place.fault = '';
    },
    labelText: (slot) => labelTextOf(at(slot).unit),
  };
}

/** What the factory told the cloud about a unit. */
export function factoryRecord(unit: VirtualUnit, platform: Platform): UnitInput {
  const { deviceId, serialNumber, mobileSecret } = unit.identity;
  const { imei, sim } = unit.modem;
  return {
    deviceId,
    platformId: platform.id,
    simForm: !platform.isCellular ? 'none' : platform.name === 'electron' ? '4ff' : 'mff2',
    ...(serialNumber === undefined ? {} : { serialNumber }),
    ...(mobileSecret === undefined ? {} : { mobileSecret }),
    ...(platform.isCellular ? { imei, ...(sim === 'none' ? {} : { iccid: sim.iccid }) } : {}),
  };
}

/** The data matrix of a unit: its serial number, on Gen 3 with the mobile secret behind it. For the parser's eyes only. */
export function labelTextOf({ identity: { serialNumber, mobileSecret, deviceId } }: VirtualUnit): string {
  if (serialNumber === undefined) return deviceId;
  return mobileSecret === undefined ? serialNumber : `${serialNumber} ${mobileSecret}`;
}

function setFault(place: Place, text: string): void {
  for (const name of place.unit.faults) place.unit.clearFault(name);
  place.fault = '';
  if (text === '' || text === 'none') return;
  const fault = parseFault(text);
  if (fault === undefined) throw new StationError('request/invalid', `There is no fault ${text}.`);
  place.unit.setFault(fault);
  place.fault = text;
}

function viewOf(slot: string, portPath: string, { platform, unit, plugged, fault }: Place): VirtualUnitView {
  return { slot, portPath, platform: platform.name, serialNumber: unit.identity.serialNumber ?? '', plugged, fault };
}
