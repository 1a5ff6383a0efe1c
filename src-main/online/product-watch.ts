import { type CloudStanding, wasSeenOnline } from '../domain/cloud-work.ts';
import { type Failure, failureOf } from '../domain/failure.ts';
import type { AuditLog } from '../ports/audit-log.ts';
import type { ProductEvent, ProductEvents, StreamState } from '../ports/product-events.ts';
import { Nap } from '../procedure/nap.ts';
import {
  type AwaitedUnit,
  awaitedUnits,
  judgeOnline,
  judgeOverdue,
  type OnlineVerdict,
  type SeenOnline,
  wasHeard,
} from './awaited-unit.ts';
import type { OnlinePace } from './online-pace.ts';
import { type ReadSetting, readAll, readHeard } from './read-units.ts';
import { SweepClock } from './sweep-clock.ts';
import { type Judged, VerdictBook } from './verdict-book.ts';

export type ProductWatchSetting = Omit<ReadSetting, 'pace'> & {
  readonly audit: Pick<AuditLog, 'awaitedOnline' | 'addOnlineProofs'>;
  /** Absent: there are only sweeps. */
  readonly events: ProductEvents | undefined;
  /** Undefined while it is not known: nobody is late by a clock that people set. */
  readonly cloudTime: () => Date | undefined;
  readonly pace: OnlinePace;
  /** These verdicts are on record. */
  readonly recorded: (judged: readonly Judged[]) => void;
  /** A sweep or a writing failed; it is tried again. */
  readonly failed: (failure: Failure) => void;
};

/**
 * Waits for the units of one product to come online, hears of it by events and makes sure by reading: at its start, whenever the stream
 * came up, now and then, and when the time of a unit is over. Each verdict goes into the record once; what is lost before that (a kill,
 * a lost event) is read again. When a late unit comes after all is recorded, too, for a month.
 */
export class ProductWatch {
  readonly #setting: ProductWatchSetting;
  readonly #sweeps: SweepClock;
  readonly #units = new Map<string, AwaitedUnit>();
  /** Up to when a unit was looked for in vain, in ms since 1970 by the cloud's clock. */
  readonly #lookedUntilMs = new Map<string, number>();
  readonly #verdicts: VerdictBook;
  #isFollowing = false;
  readonly #nap = new Nap();
  /** Runs that are waited for; those of late units are not counted. */
  awaited = 0;
  /** Resolves when the watch has stopped. */
  readonly ended: Promise<void>;

  constructor(setting: ProductWatchSetting, standings: readonly CloudStanding[]) {
    this.#setting = setting;
    this.#sweeps = new SweepClock(setting.pace, setting.events === undefined);
    const { audit, cloudTime, pace, recorded } = setting;
    const refused = (lost: readonly CloudStanding[], why: Failure) => this.#refused(lost, why);
    this.#verdicts = new VerdictBook({ audit, cloudTime, gatherMs: pace.gatherMs, recorded, refused });
    this.#take(awaitedUnits(standings));
    this.ended = this.#run();
  }

  /** Waits for one more unit, whose work has just been recorded. */
  add(standing: CloudStanding): void {
    const earlier = this.#units.get(standing.work.deviceId)?.standings ?? [];
    this.#take(awaitedUnits([...earlier, standing]));
    this.#nap.wake();
  }

  async #run(): Promise<void> {
    const { signal, failed } = this.#setting;
    while (!signal.aborted) {
      const waitMs = this.#units.size === 0 ? Number.POSITIVE_INFINITY : this.#sweeps.dueInMs(this.#firstOverdueInMs());
      if (waitMs > 0) {
        await this.#nap.sleep(waitMs, this.#setting.signal);
        continue;
      }
      try {
        await this.#sweep();
        this.#sweeps.done();
      } catch (thrown) {
        if (signal.aborted) break;
        this.#sweeps.failed();
        failed(failureOf(thrown));
      }
    }
    this.#verdicts.write();
  }

  async #sweep(): Promise<void> {
    const { cloudTime, productId, audit } = this.#setting;
    this.#sweeps.begun();
    this.#verdicts.write();
    // The record knows which units have been rejected or are in the product since.
    const standings = audit.awaitedOnline().filter(({ work }) => work.productId === productId);
    this.#units.clear();
    this.#take(awaitedUnits(standings));
    const units = [...this.#units.values()].filter(({ isInProduct }) => isInProduct);
    if (units.length === 0) return;
    const beganMs = cloudTime()?.getTime();
    const sinceMs = Math.min(...units.map((unit) => this.#lookedUntilMs.get(unit.deviceId) ?? unit.heardFromMs));
    const { devices, pages } = await readHeard(units, sinceMs, this.#setting);
    for (const unit of units) {
      const device = devices.get(unit.deviceId);
      if (beganMs !== undefined) this.#lookedUntilMs.set(unit.deviceId, beganMs - LAG_MS);
      if (device !== undefined) this.#judge(unit, { heardAt: device.lastHeard, version: device.firmwareVersion });
    }
    await this.#judgeOverdue(units, pages);
  }

  async #judgeOverdue(units: readonly AwaitedUnit[], pages: number | undefined): Promise<void> {
    const nowMs = this.#setting.cloudTime()?.getTime();
    if (nowMs === undefined) return;
    const overdue = units.filter((unit) => this.#isAwaited(unit) && !unit.isLate && unit.dueMs <= nowMs);
    if (overdue.length === 0) return;
    const seen = await readAll(overdue, pages, this.#setting);
    for (const unit of overdue) {
      const device = seen.get(unit.deviceId);
      if (device === undefined) continue;
      const { lastHeard, firmwareVersion } = device === 'absent' ? ABSENT : device;
      this.#found(unit, judgeOverdue(unit, { heardAt: lastHeard, version: firmwareVersion }));
    }
  }

  #hear({ name, data, deviceId, version, at }: ProductEvent): void {
    const unit = this.#units.get(deviceId);
    if (unit === undefined || name !== 'spark/status' || data !== 'online') return;
    if (version !== undefined) {
      this.#judge(unit, { heardAt: at, version });
      return;
    }
    this.#sweeps.want();
    this.#nap.wake();
  }

  #streamIs({ kind }: StreamState): void {
    if (kind === 'opening') return;
    this.#sweeps.streamIs(kind);
    this.#nap.wake();
  }

  #judge(unit: AwaitedUnit, seen: SeenOnline): void {
    // Nobody waits any longer for a late one to say its version.
    const isHeardLate = unit.isLate && wasHeard(unit, seen.heardAt);
    const verdict = isHeardLate ? judgeOverdue(unit, seen) : judgeOnline(unit, seen);
    if (verdict !== undefined) this.#found(unit, verdict);
  }

  /** Once per run: a unit that has its verdict is waited for no more; a late one is, but nobody is told. */
  #found(unit: AwaitedUnit, verdict: OnlineVerdict): void {
    if (!this.#isAwaited(unit)) return;
    this.#lookedUntilMs.delete(unit.deviceId);
    if (wasSeenOnline(verdict)) this.#units.delete(unit.deviceId);
    else this.#units.set(unit.deviceId, { ...unit, isLate: true });
    if (!unit.isLate) this.awaited -= unit.standings.length;
    this.#verdicts.add(unit, verdict);
  }

  /** What cannot be written is not lost: the cloud is asked again. */
  #refused(lost: readonly CloudStanding[], why: Failure): void {
    this.#take(awaitedUnits(lost));
    this.#sweeps.failed();
    this.#nap.wake();
    this.#setting.failed(why);
  }

  #isAwaited(unit: AwaitedUnit): boolean {
    return this.#units.get(unit.deviceId) === unit;
  }

  /** Waits for these units too, and follows the stream from the first one on: to open it often is what the cloud limits (3.2). */
  #take(units: ReadonlyMap<string, AwaitedUnit>): void {
    const { events, productId, signal, cloudTime } = this.#setting;
    const nowMs = cloudTime()?.getTime();
    for (const [deviceId, unit] of units) if (!isGivenUp(unit, nowMs)) this.#units.set(deviceId, unit);
    const awaited = [...this.#units.values()].filter(({ isLate }) => !isLate);
    this.awaited = awaited.reduce((sum, { standings }) => sum + standings.length, 0);
    if (this.#isFollowing || this.#units.size === 0 || events === undefined) return;
    this.#isFollowing = true;
    const watcher = {
      prefix: 'spark/status',
      onEvent: (event: ProductEvent) => this.#hear(event),
      onState: (state: StreamState) => this.#streamIs(state),
    };
    events.watch(productId, watcher, signal);
  }

  /** The time until the first unit is overdue, in ms; negative when it is. */
  #firstOverdueInMs(): number {
    const nowMs = this.#setting.cloudTime()?.getTime();
    if (nowMs === undefined) return Number.POSITIVE_INFINITY;
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { dueMs, isLate } of this.#units.values()) if (!isLate) firstMs = Math.min(firstMs, dueMs);
    return firstMs - nowMs;
  }
}

/** A unit that was not heard for a month after it was due is not looked for any more. */
function isGivenUp({ isLate, dueMs }: AwaitedUnit, nowMs: number | undefined): boolean {
  return isLate && nowMs !== undefined && nowMs > dueMs + LATE_WATCH_MS;
}

const LATE_WATCH_MS = 30 * 24 * 3_600_000;

/** What was heard may show in the lists a moment later. */
const LAG_MS = 2 * 60_000;
const ABSENT = { lastHeard: undefined, firmwareVersion: undefined } as const;
