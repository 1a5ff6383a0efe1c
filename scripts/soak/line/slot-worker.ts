import { type PlatformName, platformByName } from '../../../src-main/domain/platform.ts';
import { labelTextOf } from '../../../src-main/virtual-bench.ts';
import type { Random } from '../random.ts';
import { wrongInFlash } from './flash-truth.ts';
import type { SoakLine } from './soak-line.ts';
import { type Shelf, type ShelfUnit, wrongInCloud } from './soak-units.ts';

/** What all who work at a line share. */
export type Shift = {
  readonly line: SoakLine;
  readonly shelf: Shelf;
  readonly platforms: readonly PlatformName[];
  readonly isOver: () => boolean;
  /** Runs that must be on record, by what the screen said. */
  readonly begun: Map<string, string>;
  /** Slots something was done to behind the back of whoever works there; taken away when they begin anew. */
  readonly disturbed: Set<string>;
  readonly onDefect: (text: string) => void;
};

/** Works at one slot until the shift is over: takes units, scans, plugs, and now and then does what one should not. */
export async function workAt(slot: string, random: Random, shift: Shift): Promise<void> {
  const own = shift.platforms[Number(slot) - 1];
  if (own === undefined) throw new RangeError(`There is no slot ${slot}.`);
  while (!shift.isOver()) {
    const name = random.chance(0.93) ? own : random.pick(shift.platforms);
    const unit = shift.shelf.take(random, name);
    try {
      await buildOne(slot, own, unit, random, shift);
    } finally {
      shift.line.pull(slot);
      shift.shelf.putBack(random, unit);
    }
  }
}

async function buildOne(slot: string, own: PlatformName, unit: ShelfUnit, random: Random, shift: Shift): Promise<void> {
  const { line } = shift;
  const isRightPlatform = unit.platform.name === own;
  const wasUntouched = unit.isUntouched && !unit.hasPassed && isRightPlatform;
  const trick = random.chance(0.4) ? random.pick(TRICKS) : undefined;
  const { identity } = unit.tapped.unit;
  // A unit without firmware tells its device ID alone.
  const isDead =
    unit.tapped.unit.modules().some((one) => one.function === 'system-part' && !one.isIntact) ||
    !unit.tapped.unit.modules().some((one) => one.function === 'system-part');
  const label = isDead || random.chance(0.5) ? identity.deviceId : labelTextOf(unit.tapped.unit);
  unit.isUntouched = false;
  shift.disturbed.delete(slot);
  const playing = new AbortController();
  const played =
    trick === undefined ? Promise.resolve() : play(trick, { slot, unit, random, shift, ended: playing.signal });
  const told = `${unit.platform.name} ${identity.deviceId} (${unit.story}) in slot ${slot}${unit.faults.length > 0 ? `, fault ${unit.faults}` : ''}${trick === undefined ? '' : `, ${trick}`}`;
  const lived: string[] = [];
  const stop = unit.tapped.unit.observe((event) => {
    if (event.kind === 'mode') lived.push(`${event.mode} (${event.why}) at ${Math.round(event.at)}`);
  });
  try {
    const run = await line.build(slot, unit.tapped, { label });
    const { outcome, failure } = run.ended ?? {};
    shift.begun.set(run.begun.runId, outcome ?? '');
    if (outcome === 'PASS') {
      const recipe = line.recipe(own);
      const wrong = [
        ...wrongInFlash(unit.tapped.unit, recipe, unit.flashAtFirst),
        wrongInCloud(line, unit, recipe),
      ].filter((one) => one !== undefined);
      if (!isRightPlatform) wrong.push(`it is a ${unit.platform.name}, the slot builds ${own}`);
      if (wrong.length > 0) shift.onDefect(`false PASS: ${told}: ${wrong.join('; ')}`);
      unit.hasPassed = true;
    } else if (wasUntouched && trick === undefined && !shift.disturbed.has(slot)) {
      const last = run.steps.findLast(({ verdict }) => verdict !== 'PASS');
      const end = `${outcome} ${failure?.code} in ${last?.step} (${failure?.detail})`;
      const seen = `${lived.join(', ')}; ${JSON.stringify(last?.evidence)}`;
      shift.onDefect(`a good unit nobody touched ends as ${end}: ${told}: ${seen}`);
    }
  } catch (thrown) {
    shift.onDefect(`${thrown instanceof Error ? thrown.message : thrown}: ${told}`);
  } finally {
    stop();
    playing.abort();
    await played;
  }
}

/** What a hand, a cable or a supply does in the middle of a run. */
const TRICKS = [
  'pulled out',
  'pulled out and put in again',
  'another unit put in its place',
  'stopped by the operator',
  'its hub is reset',
  'its hub loses its supply for a moment',
  'pulled at a place of its traffic',
] as const;

type Trick = (typeof TRICKS)[number];

type Play = {
  readonly slot: string;
  readonly unit: ShelfUnit;
  readonly random: Random;
  readonly shift: Shift;
  readonly ended: AbortSignal;
};

async function play(trick: Trick, { slot, unit, random, shift, ended }: Play): Promise<void> {
  const { line, platforms } = shift;
  const { station, line: bus } = line.built;
  if (trick === 'pulled at a place of its traffic') {
    const at = unit.tapped.traffic.bytes + random.between(100, 120_000);
    unit.tapped.cutAt({ at: { byte: at }, when: 'during' }, () => {
      // It may be on the shelf or in another slot by now, and somebody else's unit in this one.
      if (bus.unitIn(slot) === unit.tapped) line.pull(slot);
    });
    return;
  }
  await line.clock.sleep(random.between(0, 20_000), ended);
  if (ended.aborted) return;
  switch (trick) {
    case 'pulled out':
      line.pull(slot);
      return;
    case 'pulled out and put in again':
      line.pull(slot);
      await line.clock.sleep(random.between(0, 3000), ended);
      if (!ended.aborted && bus.unitIn(slot) === undefined) bus.plug(slot, unit.tapped);
      return;
    case 'another unit put in its place': {
      const own = platformByName(platforms[Number(slot) - 1] ?? 'boron');
      bus.replace(slot, line.make(own.name));
      return;
    }
    case 'stopped by the operator':
      await station.call('abortRun', { slot });
      return;
    case 'its hub is reset':
    case 'its hub loses its supply for a moment': {
      const number = Math.floor((Number(slot) - 1) / PORTS_OF_A_HUB);
      const hub = bus.hub(`1-${number + 1}`);
      const disturb = (): void => {
        for (let port = 1; port <= PORTS_OF_A_HUB; port++) shift.disturbed.add(String(number * PORTS_OF_A_HUB + port));
      };
      disturb();
      if (trick === 'its hub is reset') return hub.reset();
      hub.cutPower();
      await line.clock.sleep(random.between(100, 5000));
      hub.restorePower();
      disturb(); // who began while it was without
    }
  }
}

export const PORTS_OF_A_HUB = 4;
