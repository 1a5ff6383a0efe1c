import type { BuiltVirtualStation, VirtualStationOptions } from '../../../src-main/build-virtual-station.ts';
import type { FailureCode } from '../../../src-main/domain/failure-codes.ts';
import type { Outcome } from '../../../src-main/domain/outcome.ts';
import type { PlatformName } from '../../../src-main/domain/platform.ts';
import type { UnitCondition } from '../../../src-main/virtual/cloud/register-unit.ts';

/** One fault that befalls one run: the specification of what the operator is told and what the record holds. */
export type FaultRow = {
  /** A sentence: what goes wrong. */
  readonly story: string;
  readonly platform?: PlatformName;
  /** As on the command line, without the slot: `no-sim`, `cloud:down`. */
  readonly faults?: readonly string[];
  /** In what condition the cloud already has the unit. */
  readonly conditions?: readonly UnitCondition[];
  readonly sim?: VirtualStationOptions['sim'];
  /** The recipe brings everything there is for its platform: bootloader, co-processor, an asset. */
  readonly isFullRecipe?: true;
  /** The run waits for something that never comes: the line's time budgets are cut short. */
  readonly impatient?: true;
  /** What a hand does at the beginning of this step, or that the unit falls silent there. */
  readonly at?: { readonly step: string; readonly does: 'unplug' | 'stop' | 'silence' };
  /** Another beginning than "plug in, scan its label". */
  readonly begin?:
    | 'scan only'
    | 'label of another unit'
    | 'unit of another platform'
    | 'after a pass'
    | 'device ID label'
    | 'ICCID label'
    | 'IMEI label';
  readonly outcome: Outcome;
  readonly code?: FailureCode;
  /** The step that has the failure on record, or those it may be in when two things race; absent for a PASS. */
  readonly step?: string | readonly string[];
  /** Facts the record must hold in the end, whatever the outcome. */
  readonly holds?: (line: BuiltVirtualStation) => Readonly<Record<string, unknown>>;
};

const PASS = { outcome: 'PASS' } as const;

export const FAULT_ROWS: readonly FaultRow[] = [
  // Nothing wrong, by every kind of label
  { story: 'nothing is wrong (boron)', ...PASS, holds: unitFacts },
  { story: 'nothing is wrong (electron)', platform: 'electron', ...PASS, holds: unitFacts },
  { story: 'nothing is wrong (b5som)', platform: 'b5som', ...PASS, holds: unitFacts },
  { story: 'the label is a bare device ID', begin: 'device ID label', ...PASS },
  { story: 'the label is the barcode of the SIM', begin: 'ICCID label', ...PASS },
  { story: 'the label is the IMEI of an old Electron', platform: 'electron', begin: 'IMEI label', ...PASS },

  // The unit and its label
  {
    story: 'no unit comes into the slot',
    impatient: true,
    begin: 'scan only',
    outcome: 'ERROR',
    code: 'unit/not-in-slot',
    step: 'wait-for-unit',
  },
  {
    story: 'the unit answers nothing',
    impatient: true,
    faults: ['silent'],
    outcome: 'FAIL',
    code: 'unit/no-answer',
    step: 'identify',
  },
  {
    story: 'the unit is locked by Device Protection, and its firmware says so',
    platform: 'b5som',
    faults: ['protected'],
    outcome: 'FAIL',
    code: 'unit/protected',
    step: 'identify',
  },
  {
    story: 'the unit is locked by Device Protection, and only its bootloader says so',
    faults: ['protected'],
    outcome: 'FAIL',
    code: 'unit/protected',
    step: 'flash',
  },
  {
    story: 'the label is of another unit',
    begin: 'label of another unit',
    outcome: 'FAIL',
    code: 'agree/label-mismatch',
    step: 'check-agreement',
  },
  {
    story: 'the unit is of another platform than the recipe',
    begin: 'unit of another platform',
    outcome: 'FAIL',
    code: 'agree/wrong-platform',
    step: 'check-agreement',
  },
  {
    story: 'the unit already passed in this batch',
    begin: 'after a pass',
    outcome: 'ERROR',
    code: 'agree/duplicate',
    step: 'check-agreement',
  },
  {
    story: 'the unit has no serial number to compare the label with',
    faults: ['no-serial-number'],
    outcome: 'FAIL',
    code: 'agree/not-checkable',
    step: 'check-agreement',
  },
  { story: 'the control channel is busy for a while', faults: ['busy-channel'], ...PASS },
  { story: 'the USB serial is in upper case', faults: ['upper-serial'], ...PASS },

  // The console (Electron: it is asked for the SIM and the hash)
  {
    story: 'the console answers with noise',
    impatient: true,
    platform: 'electron',
    faults: ['garbled-console'],
    outcome: 'FAIL',
    code: 'unit/garbled-answer',
    step: 'prove',
  },
  { story: 'the application prints into the console', platform: 'electron', faults: ['app-logs'], ...PASS },
  {
    story: 'listening mode is switched off',
    platform: 'electron',
    faults: ['listening-refused'],
    outcome: 'FAIL',
    code: 'unit/no-answer',
    step: 'prove',
  },

  // Updates by request
  { story: 'the recipe brings a bootloader and an asset (boron)', isFullRecipe: true, ...PASS },
  { story: 'the recipe brings two bootloaders and an asset (p2)', platform: 'p2', isFullRecipe: true, ...PASS },
  {
    story: 'the unit refuses updates',
    isFullRecipe: true,
    faults: ['updates-disabled'],
    outcome: 'FAIL',
    code: 'update/refused',
    step: 'complete-update',
  },
  {
    story: 'the plug is pulled in the middle of an update',
    impatient: true,
    isFullRecipe: true,
    faults: ['unplug-at-update-byte=500'],
    outcome: 'ERROR',
    code: 'unit/unplugged',
    step: 'update-by-request',
  },

  // DFU and flashing
  {
    story: 'the unit does not go into DFU mode',
    impatient: true,
    faults: ['dfu-not-entered'],
    outcome: 'FAIL',
    code: 'dfu/not-entered',
    step: 'enter-dfu',
  },
  { story: 'the baud touch needs a second change', platform: 'electron', faults: ['wrong-touch'], ...PASS },
  {
    story: 'DFU stalls at an erase (Gen 2)',
    platform: 'electron',
    faults: ['dfu-stall-erase'],
    outcome: 'FAIL',
    code: 'flash/write-failed',
    step: 'flash',
  },
  {
    story: 'DFU fails at an erase (Gen 3)',
    faults: ['dfu-stall-erase=3'],
    outcome: 'FAIL',
    code: 'flash/write-failed',
    step: 'flash',
  },
  {
    story: 'DFU reports an error at a write',
    faults: ['dfu-error-write=2'],
    outcome: 'FAIL',
    code: 'flash/write-failed',
    step: 'flash',
  },
  {
    story: 'a write never ends',
    impatient: true,
    faults: ['dfu-stuck-busy=2'],
    outcome: 'FAIL',
    code: 'flash/stalled',
    step: 'flash',
  },
  {
    story: 'the plug is pulled in the middle of a write',
    faults: ['unplug-at-byte=5000'],
    outcome: 'ERROR',
    code: 'flash/unit-not-found',
    step: 'flash',
  },
  {
    story: 'the unit stays in DFU mode',
    impatient: true,
    faults: ['dfu-stuck'],
    outcome: 'FAIL',
    code: 'restart/still-in-dfu',
    step: 'restart',
  },
  {
    story: 'the unit never comes back',
    impatient: true,
    faults: ['no-return'],
    outcome: 'FAIL',
    code: 'restart/not-back',
    step: 'restart',
  },
  { story: 'the unit takes its time to come back', faults: ['slow-boot'], ...PASS },
  {
    story: 'another unit comes back',
    faults: ['different-unit-after-restart'],
    outcome: 'ERROR',
    code: 'unit/replaced',
    step: ['flash', 'restart'], // the flash tool may still be ending when the other unit is there
  },

  // Read-back and proof
  {
    story: 'the system part was not written',
    faults: ['wrong-version-after-restart'],
    outcome: 'FAIL',
    code: 'flash/verify-mismatch',
    step: 'flash',
  },
  { story: 'one bit is programmed wrong, and is right at the second try', faults: ['flip-bit'], ...PASS },
  {
    story: 'the unit answers nothing after flashing',
    impatient: true,
    at: { step: 'prove', does: 'silence' },
    outcome: 'FAIL',
    code: 'unit/no-answer',
    step: 'prove',
  },
  { story: 'an old application in the 128 KB slot would win', faults: ['stale-128k-app'], ...PASS },

  // SIM and modem
  { story: 'there is no SIM', faults: ['no-sim'], outcome: 'FAIL', code: 'sim/none', step: 'read-sim' },
  {
    story: 'there is no SIM, and the recipe has it read before flashing',
    faults: ['no-sim'],
    sim: { readBeforeFlash: true },
    outcome: 'FAIL',
    code: 'sim/none',
    step: 'identify',
  },
  {
    story: 'the recipe has the SIM read before flashing, and it is there',
    platform: 'electron',
    sim: { readBeforeFlash: true },
    outcome: 'PASS',
  },
  {
    story: 'there is no SIM (Electron)',
    platform: 'electron',
    faults: ['no-sim'],
    outcome: 'FAIL',
    code: 'sim/none',
    step: 'read-sim',
  },
  { story: 'the SIM is read at the third try', faults: ['iccid-late'], ...PASS },
  { story: 'the modem is dead', faults: ['modem-dead'], outcome: 'FAIL', code: 'sim/none', step: 'read-sim' },
  { story: 'the modem is slow', faults: ['slow-modem'], ...PASS },
  {
    story: 'the unit answers nothing when its SIM is read',
    impatient: true,
    at: { step: 'read-sim', does: 'silence' },
    outcome: 'FAIL',
    code: 'sim/not-read',
    step: 'read-sim',
  },

  // Cloud
  {
    story: 'the cloud is down',
    faults: ['cloud:down'],
    outcome: 'ERROR',
    code: 'cloud/unreachable',
    step: 'add-to-product',
  },
  { story: 'the cloud is down for two requests', faults: ['cloud:down*2'], ...PASS },
  { story: 'the cloud asks to slow down, once', faults: ['cloud:rate-limited*1'], ...PASS },
  {
    story: 'the cloud asks to slow down for ever',
    impatient: true,
    faults: ['cloud:rate-limited=120'],
    outcome: 'ERROR',
    code: 'cloud/rate-limited',
    step: 'add-to-product',
  },
  {
    story: 'the cloud has a fault',
    faults: ['cloud:server-error=400'],
    outcome: 'ERROR',
    code: 'cloud/refused',
    step: 'add-to-product',
  },
  {
    story: 'a proxy answers with a web page',
    faults: ['cloud:captive-portal'],
    outcome: 'ERROR',
    code: 'network/sign-in-page',
    step: 'add-to-product',
  },
  {
    story: 'the cloud answers with something that is no JSON',
    faults: ['cloud:malformed'],
    outcome: 'ERROR',
    code: 'cloud/bad-answer',
    step: 'add-to-product',
  },
  {
    story: 'the token is no longer good',
    faults: ['cloud:unauthorized'],
    outcome: 'ERROR',
    code: 'cloud/permission',
    step: 'add-to-product',
  },
  {
    story: 'the answer to the pre-add is lost after it took effect',
    faults: ['cloud:reset-after-effect*1@import-devices'],
    ...PASS,
  },
  {
    story: 'the cloud says yes and keeps nothing',
    faults: ['cloud:no-readback@import-devices'],
    outcome: 'ERROR',
    code: 'cloud/not-in-product',
    step: 'add-to-product',
  },
  {
    story: 'the unit is already in another product',
    conditions: ['in-other-product'],
    outcome: 'FAIL',
    code: 'cloud/device-rejected',
    step: 'add-to-product',
  },
  {
    story: 'the unit is claimed by a stranger',
    conditions: ['claimed-by-stranger'],
    outcome: 'FAIL',
    code: 'cloud/device-owned',
    step: 'add-to-product',
  },
  { story: 'the SIM is already active', conditions: ['sim-active'], ...PASS },
  {
    story: 'the SIM is deactivated',
    conditions: ['sim-inactive'],
    outcome: 'FAIL',
    code: 'sim/inactive',
    step: 'activate-sim',
  },
  {
    story: 'the SIM card belongs to someone else',
    platform: 'electron',
    conditions: ['sim-owned-elsewhere'],
    outcome: 'ERROR',
    code: 'sim/not-in-product',
    step: 'activate-sim',
  },
  {
    story: 'the activation takes longer than the recipe waits, and the unit may pass meanwhile',
    faults: ['cloud:sim-stuck'],
    ...PASS,
  },
  {
    story: 'the activation takes longer than the recipe waits, and the unit may not pass',
    faults: ['cloud:sim-stuck'],
    sim: { mayBePending: false },
    outcome: 'ERROR',
    code: 'sim/pending',
    step: 'activate-sim',
  },
  {
    story: 'the activation fails',
    faults: ['cloud:sim-fails'],
    outcome: 'FAIL',
    code: 'sim/activation-failed',
    step: 'activate-sim',
  },

  // A hand, in every step
  ...[
    'identify',
    'check-agreement',
    'plan-flash',
    'update-by-request',
    'prove',
    'read-sim',
    'add-to-product',
    'activate-sim',
  ].map(
    (step): FaultRow => ({
      story: `the unit is pulled out at ${step}`,
      ...(step === 'prove' ? { impatient: true } : {}),
      at: { step, does: 'unplug' },
      outcome: 'ERROR',
      code: 'unit/unplugged',
      step,
    }),
  ),
  {
    story: 'the unit is pulled out at enter-dfu',
    impatient: true,
    at: { step: 'enter-dfu', does: 'unplug' },
    outcome: 'ERROR',
    code: 'unit/unplugged',
    step: 'enter-dfu',
  },
  {
    story: 'the unit is pulled out at flash',
    at: { step: 'flash', does: 'unplug' },
    outcome: 'ERROR',
    code: 'flash/unit-not-found',
    step: 'flash',
  },
  {
    story: 'the unit is pulled out at restart',
    impatient: true,
    at: { step: 'restart', does: 'unplug' },
    outcome: 'FAIL',
    code: 'restart/not-back',
    step: 'restart',
  },
  ...[
    'scan-label',
    'wait-for-unit',
    'identify',
    'check-agreement',
    'plan-flash',
    'update-by-request',
    'enter-dfu',
    'flash',
    'restart',
    'complete-update',
    'prove',
    'read-sim',
    'add-to-product',
    'activate-sim',
  ].map(
    (step): FaultRow => ({
      story: `the operator stops at ${step}`,
      at: { step, does: 'stop' },
      outcome: 'ABORTED',
      code: 'run/aborted',
      step,
    }),
  ),
];

/** What a passed run must say of the unit is what the virtual unit really is, and really holds in its flash. */
function unitFacts(line: BuiltVirtualStation): Readonly<Record<string, unknown>> {
  const unit = line.bench.unit('1');
  const application = unit.modules().find((module) => module.function === 'user-part');
  return {
    deviceId: unit.identity.deviceId,
    serialNumber: unit.identity.serialNumber,
    iccid: unit.modem.sim === 'none' ? undefined : unit.modem.sim.iccid,
    imei: unit.modem.imei,
    productBinarySha256: application === undefined ? undefined : Buffer.from(application.hash).toString('hex'),
    membership: 'added',
    sim: 'active',
  };
}
