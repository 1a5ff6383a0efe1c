import { failure, type Result, refuse } from '../../domain/failure.ts';
import type { ModuleReport } from '../../domain/module-report.ts';
import { type ModulesProven, proveModules } from '../../firmware/prove-modules.ts';
import type { Recipe } from '../../firmware/recipe.ts';
import type { AssetList } from '../../ports/unit-control.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import type { Proof } from '../facts.ts';
import type { Step, StepContext } from '../procedure.ts';
import { askModules } from '../unit/ask-console.ts';
import { startListening, stopListening } from '../unit/listening-mode.ts';
import { unlessSilent } from '../unit/unless-silent.ts';
import { waitForNormal } from '../unit/wait-for-normal.ts';

/** A unit that is about to restart once more does so within this time of coming up (device-usb.md 9, row 17). */
const SETTLE_MS = 3000;

/**
 * Proves what runs: the Device OS version string, every module with version and integrity as the recipe pins them, and the product
 * binary by its hash, because no unit reports its product version over USB (firmware-modules.md 0.7, 7.3), and every asset. A unit that
 * boots is no proof. What was read back from the flash before the restart is kept beside it. Firmware before 5.6 reports hashes only on the console, so there the console is asked as well.
 *
 * A unit may restart once more by itself after an update (bootloader self-update, device-usb.md 9 row 17): the step then starts over.
 * Until that restart its firmware is not what it will be, so nothing is held against a unit before it has stood still for a while.
 */
export const prove: Step<'restarted' | 'completed' | 'flashed' | 'identity' | 'label', 'proof'> = {
  id: 'prove',
  title: 'Check firmware',
  needs: ['restarted', 'completed', 'flashed', 'identity', 'label'],
  gives: ['proof'],
  timeoutMs: 90_000,
  silenceIs: 'unit/no-answer',
  attempts: 3,
  retryOn: ['usb/transfer-failed', 'usb/no-console', 'unit/no-answer', 'unit/garbled-answer', 'unit/unplugged'],
  run: async ({ identity, label, flashed, completed }, context) => {
    const { presence } = context;
    const back = await waitForNormal(context);
    if (!back.ok) return back;
    const unit = back.value;
    const seen = await unlessSilent('unit/no-answer', () => readRunning(unit, context));
    if (!seen.ok) return seen;
    const { deviceId, serialNumber, deviceOs, modules, assets } = seen.value;
    const evidence = { deviceId, serialNumber: serialNumber ?? null, deviceOs, modules };
    if (deviceId !== identity.deviceId) {
      const detail = `The unit was ${identity.deviceId} before flashing and says ${deviceId} now.`;
      return { ok: false, failure: failure('unit/replaced', detail), evidence };
    }
    if (label.kind === 'serial-number' && serialNumber !== label.value) {
      const detail = `The label says ${label.value}, the running unit says ${serialNumber ?? 'no serial number'}.`;
      return { ok: false, failure: failure('agree/label-mismatch', detail), evidence };
    }
    const proven = proveFirmware(seen.value, context.recipe);
    if (proven.ok) presence.forbidRestart();
    else await untilSettled(unit, context);
    if (presence.current()?.address !== unit.address) {
      return {
        ok: false,
        failure: failure('unit/unplugged', 'The unit restarted while it was being checked.'),
        evidence,
      };
    }
    if (!proven.ok) return { ...proven, evidence };
    const proof: Proof = {
      deviceOs,
      modules,
      productBinarySha256: proven.value.productBinarySha256,
      by: 'reported-hash',
      readBack: [...flashed.readBack, ...completed.readBack],
      ...(assets === undefined ? {} : { assets: assets.available }),
    };
    return { ok: true, facts: { proof }, learnt: { ...proof, serialNumber: serialNumber ?? null } };
  },
};

/** Waits as long as a unit may take to begin another restart, or until it is back from one. */
async function untilSettled(unit: UsbUnit, { presence, signal, sleep }: StepContext): Promise<void> {
  const settled = new AbortController();
  const again = presence.waitFor(({ address }) => address !== unit.address, AbortSignal.any([signal, settled.signal]));
  try {
    await Promise.race([sleep(SETTLE_MS), again]);
  } finally {
    settled.abort();
    await again.catch(() => undefined);
  }
}

function proveFirmware({ deviceOs, modules, assets }: Running, recipe: Recipe): Result<ModulesProven> {
  if (deviceOs === recipe.deviceOs) return proveModules(modules, recipe, assets);
  return refuse('prove/wrong-version', `The unit runs Device OS ${deviceOs}, the recipe wants ${recipe.deviceOs}.`);
}

type Running = {
  readonly deviceId: string;
  readonly serialNumber: string | undefined;
  readonly deviceOs: string;
  readonly modules: readonly ModuleReport[];
  /** Undefined where the recipe has none, or the firmware does not tell. */
  readonly assets: AssetList | undefined;
};

async function readRunning(unit: UsbUnit, context: StepContext): Promise<Result<Running>> {
  const { ports, signal, recipe } = context;
  const session = await ports.control.open(unit, signal);
  let running: Running;
  try {
    const deviceOs = await session.systemVersion();
    const deviceId = await session.deviceId();
    const serialNumber = await session.serialNumber();
    const modules = await session.modules();
    if (deviceOs === undefined || 'refused' in deviceId || 'refused' in modules) {
      return {
        ok: false,
        failure: failure('prove/no-proof', 'The restarted unit does not tell its version and modules.'),
      };
    }
    const assets = recipe.assets.length === 0 ? undefined : await session.assets();
    running = {
      deviceId: deviceId.value.toLowerCase(),
      serialNumber: 'value' in serialNumber ? serialNumber.value.trim().toUpperCase() : undefined,
      deviceOs,
      modules: modules.value,
      assets: assets !== undefined && 'value' in assets ? assets.value : undefined,
    };
  } finally {
    await session.close();
  }
  if (reportsApplicationHash(running.modules) || !hasApplication(running.modules)) return { ok: true, value: running };
  const listening = await startListening(unit, context);
  if (!listening.ok) return listening;
  const listed = await askModules(unit, context);
  await stopListening(unit, ports, signal);
  if (!listed.ok) return listed;
  return {
    ok: true,
    value: { ...running, modules: withHashes(running.modules, listed.value, recipe.application.index) },
  };
}

function hasApplication(modules: readonly ModuleReport[]): boolean {
  return modules.some((module) => module.function === 'user-part');
}

function reportsApplicationHash(modules: readonly ModuleReport[]): boolean {
  return modules.some((module) => module.function === 'user-part' && module.sha256 !== undefined);
}

/** The control channel's list, with the user part's hash from the console's list of the same unit. */
function withHashes(
  modules: readonly ModuleReport[],
  listed: readonly ModuleReport[],
  applicationIndex: number,
): readonly ModuleReport[] {
  return modules.map((module) => {
    if (module.function !== 'user-part' || module.index !== applicationIndex) return module;
    const same = listed.find(
      (other) => other.function === 'user-part' && other.index === module.index && other.store === 'main',
    );
    const faults = [...new Set([...module.faults, ...(same?.faults ?? [])])];
    return same?.sha256 === undefined ? module : { ...module, faults, sha256: same.sha256 };
  });
}
