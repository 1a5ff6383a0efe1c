import type { DeviceId } from '../domain/device-id.ts';
import type { Iccid } from '../domain/iccid.ts';
import type { Label } from '../domain/label.ts';
import type { ModuleReport } from '../domain/module-report.ts';
import type { Platform } from '../domain/platform.ts';
import type { FlashPlan } from '../firmware/flash-plan.ts';
import type { UsbUnit } from '../ports/usb-bus.ts';

/** Everything a run can learn about its unit. A step names the facts it needs and returns the facts it gives. */
export type Facts = {
  /** The scanned label; its mobile secret was dropped when it was parsed. */
  readonly label: Label;
  /** The unit as it was first seen in the slot. */
  readonly arrival: UsbUnit;
  readonly identity: UnitIdentity;
  readonly agreement: Agreement;
  readonly plan: FlashPlan;
  /** What went by request before the DFU visit. */
  readonly prepared: Prepared;
  /** The unit in DFU mode, or that the plan has nothing to write. */
  readonly dfu: { readonly unit: UsbUnit } | 'not-needed';
  readonly flashed: Flashed;
  /** The unit back in normal mode after flashing. */
  readonly restarted: UsbUnit;
  /** What went by request afterwards: with it everything of the recipe has been sent. */
  readonly completed: Completed;
  readonly proof: Proof;
  readonly sim: SimIdentity | 'no-sim-in-recipe';
  /** `later`: the recipe lets a good unit pass as built, and its cloud work goes into the record with the verdict. */
  readonly membership: 'added' | 'already-member' | 'later';
  /** Until when a run may ask the cloud before the rest is left for later, by performance.now(). */
  readonly cloudUntilMs: number;
  /** `pending` is only ever given knowingly: the cloud says the activation is under way and the recipe allows it. */
  readonly simState: 'active' | 'pending' | 'later' | 'no-sim-in-recipe';
};

/** What the unit says of itself. Absent values were not reported; they are never guessed. */
export type UnitIdentity = {
  readonly deviceId: DeviceId;
  readonly platform: Platform;
  readonly serialNumber: string | undefined;
  readonly deviceOs: string | undefined;
  readonly modules: readonly ModuleReport[] | undefined;
  readonly sim: SimIdentity | undefined;
  /** Asked only where the recipe has assets, or needs the set-up mark. */
  readonly assets?: readonly { readonly name: string; readonly sha256: string }[];
  readonly isSetupDone?: boolean;
  /** How the answers came: over control requests, over the console, or from the DFU descriptors alone. */
  readonly route: 'control' | 'console' | 'dfu';
};

export type SimIdentity = {
  readonly iccid: Iccid;
  readonly imei: string | undefined;
  readonly route: 'control' | 'console';
  readonly reads: number;
};

/** What was compared before a byte was written, and with what. */
export type Agreement = { readonly compared: readonly string[] };

/** `sent`: what the unit took, by name. `postponed`: the firmware on the unit refused one of them; they are sent when the new firmware runs (firmware-modules.md 4.4). */
export type Prepared = { readonly sent: readonly string[]; readonly postponed: boolean };

/** `readBack`: of a second DFU visit, where the unit asked for one. */
export type Completed = { readonly updates: number; readonly readBack: readonly ReadBackHash[] };

/** What the DFU visit did; all of it was read back before the unit left. */
export type Flashed = { readonly writes: number; readonly bytes: number; readonly readBack: readonly ReadBackHash[] };

/** SHA-256 of the whole range of one write as it was read from the unit's flash, lower-case hex. */
export type ReadBackHash = { readonly what: string; readonly sha256: string };

/** What runs in the unit, proven after the restart. */
export type Proof = {
  readonly deviceOs: string;
  readonly modules: readonly ModuleReport[];
  readonly productBinarySha256: string;
  /** How the binary was proven: by the hash the unit itself reports of it. */
  readonly by: 'reported-hash';
  /** What was written in this run, as it was read from the flash; nothing when the unit held everything. */
  readonly readBack: readonly ReadBackHash[];
  /** The assets in the unit, where the recipe has any. */
  readonly assets?: readonly { readonly name: string; readonly sha256: string }[];
};
