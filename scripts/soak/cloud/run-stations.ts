import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoProductId } from '../../../src-main/demo-recipe.ts';
import { type PlatformName, platformByName } from '../../../src-main/domain/platform.ts';
import { createVirtualCloud, type VirtualCloud } from '../../../src-main/virtual/cloud/virtual-cloud.ts';
import { randomOf } from '../random.ts';
import { type Disagreement, disagreements } from './disagreements.ts';
import type { OrderToStation, WordOfStation } from './station-process.ts';

export type StationsOptions = {
  readonly seed: number;
  readonly units: number;
  readonly stations: number;
  /** Share of all requests that meet a fault. */
  readonly faults: number;
  /** How often a station is killed, over all. */
  readonly kills: number;
  readonly say?: (line: string) => void;
};

export type StationsReport = {
  readonly units: number;
  /** Units that passed at their slot, and of these those that no cloud rejected later. */
  readonly passed: number;
  readonly green: number;
  readonly refused: number;
  /** Runs that ended otherwise; each unit was tried again. */
  readonly otherwise: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly requests: number;
  readonly faultsMet: number;
  readonly defects: readonly Disagreement[];
};

/** Two slots a station: one with embedded SIMs, one with plastic ones that must be imported. */
const SLOTS: readonly PlatformName[] = ['boron', 'electron'];
/** One unit in so many is another's already, and must be refused and stay red. */
const STRANGE_ONE_IN = 40;

/**
 * Several stations, each a process with a record of its own, build units on one virtual cloud that fails at random, and are killed at
 * random. In the end, with the faults gone, every station's record and the cloud must agree about every unit.
 */
export async function runStations(options: StationsOptions): Promise<StationsReport> {
  const { seed, units, stations, faults, kills, say = () => undefined } = options;
  const folder = await mkdtemp(join(tmpdir(), 'linewright-stations-'));
  const products = SLOTS.map((name) => ({
    id: demoProductId(platformByName(name)),
    platformId: platformByName(name).id,
  }));
  const virtual = await createVirtualCloud({ products, clockSpeed: 1_000, chaos: { share: faults, seed } });
  const faultsMet = countFaults(virtual);
  const perSlot = Math.ceil(units / stations / SLOTS.length);
  const lots = Array.from({ length: stations }, (_, station) => ({
    name: `station-${station + 1}`,
    data: join(folder, `station-${station + 1}`),
    slots: SLOTS.map((platform, slot) => ({
      platform,
      units: Array.from({ length: perSlot }, (_unit, index) => 1 + index + perSlot * (slot + SLOTS.length * station)),
    })),
  }));
  const strange = new Set<string>();
  const ends = new Map<string, WordOfStation & { kind: 'ended' }>();
  const otherwise: Record<string, number> = {};
  let killed = 0;
  const registered = (word: Extract<WordOfStation, { kind: 'register' }>): void => {
    const { deviceId, platformId } = word.unit;
    if (virtual.state.devices.has(deviceId)) return;
    const random = randomOf(seed, 1_000_000 + Number.parseInt(deviceId.slice(-6), 16));
    const isStrange = random.below(STRANGE_ONE_IN) === 0;
    if (isStrange) strange.add(deviceId);
    virtual.registerUnit({ ...word.unit, ...(isStrange ? { conditions: ['in-other-product'] } : {}), platformId });
  };

  const children = new Set<ChildProcess>();
  const runOne = async (lot: (typeof lots)[number], index: number): Promise<void> => {
    const lives = Math.ceil(kills / stations) + 1;
    for (let life = 1; ; life += 1) {
      const random = randomOf(seed, 100 * index + life);
      const child = fork(new URL('./station-process.ts', import.meta.url), {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      children.add(child);
      const end = await new Promise<'drained' | 'killed'>((resolve, reject) => {
        let isDoomed = life < lives;
        let runsLeft = random.between(1, Math.max(2, Math.floor((2 * perSlot * SLOTS.length) / lives)));
        const killAfter = (milliseconds: number): void => {
          isDoomed = false;
          killed += 1;
          setTimeout(() => child.kill('SIGKILL'), milliseconds);
        };
        child.on('message', (word: WordOfStation) => {
          if (word.kind === 'register') {
            registered(word);
            child.send({ kind: 'registered', deviceId: word.unit.deviceId } satisfies OrderToStation);
            runsLeft -= 1;
            if (isDoomed && runsLeft <= 0) killAfter(random.between(0, 400));
          } else if (word.kind === 'ended') {
            ends.set(word.deviceId, word);
            if (word.outcome !== 'PASS')
              otherwise[word.code ?? word.outcome] = (otherwise[word.code ?? word.outcome] ?? 0) + 1;
          } else if (word.kind === 'built' && isDoomed) {
            killAfter(0); // with an outbox that may still be full
          } else if (word.kind === 'built' && !child.killed) {
            finished += 1;
            say(`${lot.name} has built its units (${killed} kills so far)`);
            if (finished === stations) calm();
          } else if (word.kind === 'drained') {
            resolve('drained');
          }
        });
        child.once('exit', (code, signal) => {
          children.delete(child);
          if (signal === 'SIGKILL') resolve('killed');
          else if (code !== 0) reject(new Error(`${lot.name} ended with ${code ?? signal}.`));
        });
        const { baseUrl, token } = virtual;
        const waitMs = [0, 300, 1_500][random.below(3)] ?? 0;
        child.send({ kind: 'build', ...lot, baseUrl, token, waitMs, speed: 500 } satisfies OrderToStation);
      });
      if (end === 'drained') return;
    }
  };
  let finished = 0;
  /** All is built: the network is well again, and carriers get the time that they need. */
  const calm = (): void => {
    virtual.faults.setChaos(undefined);
    virtual.state.clock.advance(48 * 3_600_000);
    for (const child of children) child.send({ kind: 'drain' } satisfies OrderToStation);
  };

  try {
    await Promise.all(lots.map(runOne));
    const compared = lots.map((lot) => disagreements(lot.data, virtual, strange));
    const defects = compared.flatMap(({ found }) => found);
    const passed = [...ends.values()].filter(({ outcome }) => outcome === 'PASS').length;
    const green = new Set(compared.flatMap((one) => one.green)).size;
    return {
      units: perSlot * SLOTS.length * stations,
      passed,
      green,
      refused: strange.size,
      otherwise,
      kills: killed,
      requests: Object.values(virtual.requests.counts()).reduce((sum, { requests }) => sum + requests, 0),
      faultsMet: faultsMet(),
      defects,
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await virtual.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Counts the requests that met a fault; the log keeps only the last of them. */
function countFaults({ faults }: VirtualCloud): () => number {
  const take = faults.take.bind(faults);
  let met = 0;
  faults.take = (endpoint) => {
    const fault = take(endpoint);
    if (fault !== undefined) met += 1;
    return fault;
  };
  return () => met;
}
