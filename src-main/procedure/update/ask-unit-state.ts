import type { Label } from '../../domain/label.ts';
import { parseSerialNumber } from '../../domain/serial-number.ts';
import { skusBySerialNumber } from '../../domain/sku.ts';
import type { UnitState } from '../../firmware/flash-plan.ts';
import type { Recipe } from '../../firmware/recipe.ts';
import type { Answer, ControlSession } from '../../ports/unit-control.ts';
import type { UnitIdentity } from '../facts.ts';

/** What the plan for this recipe must know beyond the modules; nothing that it does not need is asked. */
export type UpdateState = {
  readonly assets?: readonly { readonly name: string; readonly sha256: string }[];
  readonly isSetupDone?: boolean;
};

/** Asks a running unit for its assets and its set-up mark, each only where the recipe has to do with it (firmware-modules.md 6.3, 6.4). */
export async function askUpdateState(session: ControlSession, recipe: Recipe): Promise<UpdateState> {
  const assets = recipe.assets.length === 0 ? undefined : known(await session.assets());
  const isSetupDone = needsSetupMark(recipe) ? known(await session.isSetupDone()) : undefined;
  return {
    ...(assets === undefined ? {} : { assets: assets.available }),
    ...(isSetupDone === undefined ? {} : { isSetupDone }),
  };
}

/**
 * What the plan goes by: what the unit told when it was identified, and the order numbers its serial number may belong to. A unit found
 * in DFU mode tells no serial number: there the label's counts.
 */
export function plannedState(identity: UnitIdentity, label?: Pick<Label, 'skus'>): UnitState {
  const { platform, route, modules, assets, isSetupDone, serialNumber } = identity;
  const serial = serialNumber === undefined ? undefined : parseSerialNumber(serialNumber);
  return {
    platform,
    mode: route === 'dfu' ? 'dfu' : 'normal',
    modules,
    assets,
    isSetupDone,
    skus: serial?.ok === true ? skusBySerialNumber(serial.value) : (label?.skus ?? []),
  };
}

/** Module version of Device OS 4.0.0-alpha.1, the first that ignores the mark. */
const FIRST_WITHOUT_MARK = 4000;

function needsSetupMark({ platform, deviceOsModuleVersion }: Recipe): boolean {
  return platform.mcu === 'nrf52840' && deviceOsModuleVersion < FIRST_WITHOUT_MARK;
}

function known<Value>(answer: Answer<Value>): Value | undefined {
  return 'value' in answer ? answer.value : undefined;
}
