import { type Failure, failure, StationError } from '../../domain/failure.ts';
import type { FailureCode } from '../../domain/failure-codes.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { PlannedUpdate } from '../../firmware/flash-plan.ts';
import type { ControlSession } from '../../ports/unit-control.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import type { UnitIdentity } from '../facts.ts';
import type { StepContext } from '../procedure.ts';
import { withinTime } from '../time.ts';

/** How one module went. `refused`: the unit said no with this result code, and nothing was changed in it. */
export type UpdateEnd =
  | { readonly end: 'taken'; readonly record: JsonObject }
  | { readonly end: 'refused'; readonly refused: number; readonly failure: Failure; readonly record: JsonObject }
  | { readonly end: 'failed'; readonly failure: Failure; readonly record: JsonObject };

/** The longest the reference tools give one module, restart included: a co-processor takes minutes (firmware-modules.md 4.3). */
export const UPDATE_MS = 240_000;
/** A unit that restarts once more after an update does so within this time of coming up (device-usb.md 9, row 17). */
const SETTLE_MS = 3000;
/** Restarts one update may need: its own, and that of a bootloader which takes effect after it. */
const MOST_RESTARTS = 3;
const MOST_TRIES = 2;

/**
 * Sends one module over control requests and sees it in the unit afterwards: listening mode first, so that no cloud competes
 * (device-usb.md 5.4; the unit says itself when it is there, so nothing is waited for), the file, then the restart the unit makes by
 * itself, then its own list of what it holds. A broken transfer is begun once more from the start, since the unit forgets half an
 * update. Gives up after four minutes for each try. Rejects only with the stop of the run or the loss of the unit.
 */
export async function sendUpdate(
  update: PlannedUpdate,
  identity: UnitIdentity,
  context: StepContext,
  onProgress: (doneBytes: number) => void,
): Promise<UpdateEnd> {
  const startedAt = performance.now();
  context.presence.allowRestart();
  let first: Failure | undefined;
  for (let tries = 1; ; tries += 1) {
    const result = await tryOnce(update, identity, context, onProgress);
    const durationMs = Math.round(performance.now() - startedAt);
    const record = { what: update.what, bytes: update.bytes.length, durationMs, tries, sha256: update.module.sha256 };
    if (result === 'taken') return { end: 'taken', record };
    if ('refused' in result) {
      const { refused } = result;
      const code = refused === PROTECTED ? 'unit/protected' : 'update/refused';
      const found = failure(code, `The unit refused ${update.what} with ${refused}.`, { result: refused });
      return { end: 'refused', refused, failure: found, record: { ...record, refused } };
    }
    first ??= result.failure;
    if (tries >= MOST_TRIES || !WORTH_AGAIN.includes(result.failure.code)) {
      // A unit that left in the middle of a transfer and stayed away was pulled out, whatever else that may look like.
      const wasPulledOut = first.code === 'unit/unplugged' && context.presence.current() === undefined;
      return { end: 'failed', failure: wasPulledOut ? first : result.failure, record };
    }
  }
}

/** Result code: the unit is protected (device-usb.md 5.6). */
const PROTECTED = -1801;

/** What a second try can mend: the wire, or a unit that restarted just then. */
const WORTH_AGAIN: readonly FailureCode[] = ['usb/transfer-failed', 'unit/unplugged', 'unit/no-answer'];

type Tried = 'taken' | { readonly refused: number } | { readonly failure: Failure };

async function tryOnce(
  update: PlannedUpdate,
  identity: UnitIdentity,
  context: StepContext,
  onProgress: (doneBytes: number) => void,
): Promise<Tried> {
  const { presence, signal, budget } = context;
  const deadline = performance.now() + budget(UPDATE_MS);
  const left = (): number => Math.max(1, deadline - performance.now());
  try {
    const unit = await runningUnit(context, left());
    if (unit === undefined) return { failure: notBack(update, presence.current()) };
    const sent = await withSession(unit, context, async (session) => {
      await session.startListening(); // a refusal changes nothing: the cloud may then slow the transfer down, no more
      const answer = await session.updateFirmware(update.bytes, { timeoutMs: left(), onProgress });
      if ('refused' in answer) await session.stopListening();
      return answer;
    });
    if ('refused' in sent) return sent;
    return await seeTaken(update, identity, unit, context, left);
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof StationError)) throw thrown;
    return { failure: thrown.toFailure() };
  }
}

/** Waits for the restart the unit makes by itself and asks it for what it holds; a unit that restarts once more is asked again. */
async function seeTaken(
  update: PlannedUpdate,
  identity: UnitIdentity,
  before: UsbUnit,
  context: StepContext,
  left: () => number,
): Promise<Tried> {
  const { presence, signal, budget } = context;
  let last = before;
  for (let restarts = 1; restarts <= MOST_RESTARTS; restarts += 1) {
    const isNew = (unit: UsbUnit): boolean => unit.mode === 'normal' && unit.address !== last.address;
    const waitMs = restarts === 1 ? left() : Math.min(left(), budget(SETTLE_MS));
    const back = await withinTime(waitMs, signal, (limit) => presence.waitFor(isNew, limit));
    if (back === undefined) break;
    last = back;
    const holds = await askWhether(update, identity, back, context);
    if (holds === 'another unit') {
      const detail = `Another unit than ${identity.deviceId} came back after the update.`;
      return { failure: failure('unit/replaced', detail) };
    }
    if (holds === 'yes') return 'taken';
  }
  if (last === before || presence.current()?.mode !== 'normal') return { failure: notBack(update, presence.current()) };
  const detail = `The unit took ${update.what}, restarted and does not hold it.`;
  return { failure: failure('update/failed', detail) };
}

async function askWhether(
  update: PlannedUpdate,
  identity: UnitIdentity,
  unit: UsbUnit,
  context: StepContext,
): Promise<'yes' | 'no' | 'another unit'> {
  try {
    return await withSession(unit, context, async (session) => {
      const deviceId = await session.deviceId();
      if ('value' in deviceId && deviceId.value.toLowerCase() !== identity.deviceId) return 'another unit';
      return (await holdsModule(update, session, context)) ? 'yes' : 'no';
    });
  } catch (thrown) {
    context.signal.throwIfAborted();
    // It may be restarting once more at this very moment.
    if (thrown instanceof StationError && WORTH_AGAIN.includes(thrown.code)) return 'no';
    throw thrown;
  }
}

/** Whether the unit's own list has the module, or the asset by name and hash. */
async function holdsModule(
  { module }: PlannedUpdate,
  session: ControlSession,
  { recipe }: Pick<StepContext, 'recipe'>,
): Promise<boolean> {
  if (module.function === 'asset') {
    const wanted = recipe.assets.find(({ name }) => name === module.fileName);
    const assets = await session.assets();
    if ('refused' in assets) return false;
    return assets.value.available.some(({ name, sha256 }) => name === wanted?.name && sha256 === wanted.sha256);
  }
  const modules = await session.modules();
  if ('refused' in modules) return false;
  const held = modules.value.find(
    (one) => one.store === 'main' && one.function === module.function && one.index === module.index,
  );
  if (held?.version !== module.version || held.faults.includes('integrity')) return false;
  // What a co-processor reports as its hash is not that of its file (firmware-modules.md 7.1).
  return module.function === 'ncp' || held.sha256 === undefined || held.sha256 === module.sha256;
}

/** The unit in normal mode; undefined when it did not come there in this time. */
function runningUnit({ presence, signal, budget }: StepContext, leftMs: number): Promise<UsbUnit | undefined> {
  const waitMs = Math.min(leftMs, budget(RETURN_MS));
  return withinTime(waitMs, signal, (limit) => presence.waitFor(({ mode }) => mode === 'normal', limit));
}

/** How long a unit may be away that restarts by itself in between (device-usb.md 9, suggested budgets). */
const RETURN_MS = 60_000;

function notBack(update: PlannedUpdate, present: UsbUnit | undefined): Failure {
  const where =
    present === undefined ? 'did not come back' : 'fell into DFU mode: its bootloader finds no valid firmware';
  return failure('update/failed', `The unit ${where} after ${update.what} was sent.`);
}

async function withSession<Value>(
  unit: UsbUnit,
  { ports, signal }: StepContext,
  work: (session: ControlSession) => Promise<Value>,
): Promise<Value> {
  const session = await ports.control.open(unit, signal);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
