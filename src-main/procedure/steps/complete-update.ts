import { type Failure, failure, failureOf, ok, type Result, StationError } from '../../domain/failure.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { type FlashPlan, planFlash } from '../../firmware/flash-plan.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import type { Facts, ReadBackHash, UnitIdentity } from '../facts.ts';
import { carryOutWrites } from '../flash/carry-out-writes.ts';
import { readBackOf } from '../flash/write-module.ts';
import { progressRanges } from '../plan-progress.ts';
import type { Step, StepContext } from '../procedure.ts';
import { unlessSilent } from '../unit/unless-silent.ts';
import { waitForNormal } from '../unit/wait-for-normal.ts';
import { askUpdateState, plannedState } from '../update/ask-unit-state.ts';
import { sendUpdates } from '../update/send-updates.ts';
import { enterDfu } from './enter-dfu.ts';
import { restart } from './restart.ts';

type Known = Pick<Facts, 'identity' | 'plan' | 'prepared' | 'flashed' | 'restarted'>;

/**
 * Does what only the new firmware takes: the bootloader where the old one refused it or nobody could be asked, assets, the set-up mark
 * (firmware-modules.md 4.4, 6.3). The plan is made again from what the unit says now. A unit that then asks for more DFU writes than it
 * got, because before it could not say what it holds, gets one more visit and no third.
 */
export const completeUpdate: Step<keyof Known, 'completed'> = {
  id: 'complete-update',
  title: 'Complete update',
  needs: ['identity', 'plan', 'prepared', 'flashed', 'restarted'],
  gives: ['completed'],
  timeoutMs: 1_800_000, // as update-by-request, and a DFU visit; single waits inside are shorter
  silenceIs: 'update/failed',
  // A unit may restart once more by itself after an update (device-usb.md 9, row 17); what is done by then is not done again.
  attempts: 3,
  retryOn: ['usb/transfer-failed', 'unit/unplugged', 'unit/no-answer'],
  run: async (known, context) => {
    if (!isOpen(known)) {
      return { ok: true, facts: { completed: { updates: 0, readBack: [] } }, learnt: { updates: 0 } };
    }
    const evidence: Record<string, Json> = {};
    const done = await complete(known, context, evidence).catch(
      // What was done up to here is kept in the record: the next try does not do it again.
      (thrown: unknown) =>
        ({ ok: false, failure: failureOf(context.signal.aborted ? context.signal.reason : thrown) }) as const,
    );
    if (!done.ok) return { ...done, evidence };
    return { ok: true, facts: { completed: done.value }, learnt: { ...done.value }, evidence };
  },
};

/** Whether anything may be left: planned for later, postponed, or unknown when the plan was made. */
function isOpen({ plan, prepared, identity }: Known): boolean {
  return plan.after.length > 0 || prepared.postponed || identity.modules === undefined || identity.route !== 'control';
}

async function complete(
  known: Known,
  context: StepContext,
  evidence: Record<string, Json>,
): Promise<Result<Facts['completed']>> {
  let now = await planNow(known, context);
  if (!now.ok) return now;
  const readBack: ReadBackHash[] = [];
  if (now.value.writes.length > 0) {
    const visit = await visitAgain(now.value, known, context);
    evidence.visit = visit.record;
    if (visit.failure !== undefined) return { ok: false, failure: visit.failure };
    readBack.push(...visit.readBack);
    now = await planNow(
      { ...known, flashed: { ...known.flashed, readBack: [...known.flashed.readBack, ...readBack] } },
      context,
    );
    if (!now.ok) return now;
    if (now.value.writes.length > 0) {
      const asked = now.value.writes.map(({ what }) => what).join(', ');
      return { ok: false, failure: failure('update/failed', `After two DFU visits the unit still lacks ${asked}.`) };
    }
  }
  const updates = [...now.value.before, ...now.value.after];
  if (updates.length === 0) return { ok: true, value: { updates: 0, readBack } };
  const sent = await sendUpdates(updates, known.identity, context, progressRanges(known.plan).after);
  evidence.updates = sent.records;
  if (sent.failure !== undefined) return { ok: false, failure: sent.failure };
  return { ok: true, value: { updates: sent.records.length, readBack } };
}

/** The plan by what the unit says now, without what the unit has got in this run already. */
async function planNow({ identity, prepared, flashed }: Known, context: StepContext): Promise<Result<FlashPlan>> {
  const { recipe, isFull } = context;
  const back = await waitForNormal(context);
  if (!back.ok) return back;
  const asked = await unlessSilent('unit/no-answer', async () => ok(await askNow(back.value, identity, context)));
  if (!asked.ok) return asked;
  const told = asked.value;
  if (told === undefined) return ok(nothingToDo);
  const plan = planFlash(plannedState({ ...identity, ...told, route: 'control' }), recipe, { full: isFull });
  if (!plan.ok) return plan;
  const isProven = new Set(flashed.readBack.map(({ what }) => what));
  const writes = plan.value.writes.filter(({ what }) => !isProven.has(what));
  // The blanking of the former slot is no module: alone it is no reason for a visit.
  const isWorthAVisit = writes.some(({ module }) => module !== undefined);
  const isSent = ({ what }: { readonly what: string }): boolean => prepared.sent.includes(what);
  return ok({
    ...plan.value,
    before: plan.value.before.filter((update) => !isSent(update)),
    writes: isWorthAVisit ? writes : [],
    after: plan.value.after.filter((update) => !isSent(update)),
  });
}

const nothingToDo: FlashPlan = {
  before: [],
  writes: [],
  after: [],
  skipped: [],
  remarks: [],
  totalBytes: 0,
  expectedMs: 0,
};

/** What the running unit tells; undefined for a Device OS without control requests, which takes nothing by request either. */
async function askNow(
  unit: UsbUnit,
  identity: UnitIdentity,
  { ports, signal, recipe }: StepContext,
): Promise<Pick<UnitIdentity, 'modules' | 'serialNumber' | 'assets' | 'isSetupDone'> | undefined> {
  const session = await ports.control.open(unit, signal);
  try {
    if ((await session.systemVersion()) === undefined) return undefined;
    const modules = await session.modules();
    const serialNumber = await session.serialNumber();
    return {
      modules: 'value' in modules ? modules.value : undefined,
      serialNumber: 'value' in serialNumber ? serialNumber.value : identity.serialNumber,
      ...(await askUpdateState(session, recipe)),
    };
  } catch (thrown) {
    // Firmware of 0.6 and 0.7 tells its version and has no channel (device-usb.md 5.5).
    if (thrown instanceof StationError && thrown.evidence?.reason === 'stall') return undefined;
    throw thrown;
  } finally {
    await session.close();
  }
}

type SecondVisit = {
  readonly record: JsonObject;
  readonly readBack: readonly ReadBackHash[];
  readonly failure?: Failure;
};

async function visitAgain(plan: FlashPlan, { identity, flashed }: Known, context: StepContext): Promise<SecondVisit> {
  const entered = await enterDfu.run({ plan, identity: { ...identity, route: 'control' } }, context);
  if (!entered.ok) return { record: {}, readBack: [], failure: entered.failure };
  const { dfu } = entered.facts;
  if (dfu === 'not-needed') return { record: {}, readBack: [] };
  const { writes, figures, failure: failed } = await carryOutWrites(plan.writes, dfu.unit, context, [1, 1]);
  const visit = { record: { writes, figures }, readBack: readBackOf(writes) };
  if (failed !== undefined) return { ...visit, failure: failed };
  const back = await restart.run({ flashed, dfu, identity }, context);
  return back.ok ? visit : { ...visit, failure: back.failure };
}
