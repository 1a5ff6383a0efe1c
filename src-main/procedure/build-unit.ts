import { ProcedureBuilder } from './procedure.ts';
import { activateSim } from './steps/activate-sim.ts';
import { addToProduct } from './steps/add-to-product.ts';
import { checkAgreement } from './steps/check-agreement.ts';
import { completeUpdate } from './steps/complete-update.ts';
import { enterDfu } from './steps/enter-dfu.ts';
import { flashFirmware } from './steps/flash-firmware.ts';
import { identify } from './steps/identify.ts';
import { makePlan } from './steps/plan-flash.ts';
import { prove } from './steps/prove.ts';
import { readSim } from './steps/read-sim.ts';
import { restart } from './steps/restart.ts';
import { scanLabel } from './steps/scan-label.ts';
import { updateByRequest } from './steps/update-by-request.ts';
import { waitForUnit } from './steps/wait-for-unit.ts';

/**
 * What is done to one unit. Read this file first.
 *
 * Each step names the facts it needs and gives; the order is checked by the compiler, and so is that no unit can pass without
 * proof of what runs in it, a place in the product and a known SIM. Raise the version when a step is added, taken out or moved.
 */
export const buildUnit = new ProcedureBuilder('build-unit', 2)
  // Which unit should this be, and which one is it?
  .step(scanLabel)
  .step(waitForUnit)
  .step(identify)
  .step(checkAgreement) // label, unit and recipe agree before a byte is written
  // Firmware
  .step(makePlan)
  .step(updateByRequest) // what the new system part needs and DFU must not write
  .step(enterDfu)
  .step(flashFirmware) // only what differs, read back before the unit leaves
  .step(restart)
  .step(completeUpdate) // what only the new firmware takes
  .step(prove) // what runs is what the recipe names, by version, integrity and hash
  // SIM and cloud: only a unit that is proven good costs money
  .step(readSim)
  .step(addToProduct)
  .step(activateSim)
  .build();
