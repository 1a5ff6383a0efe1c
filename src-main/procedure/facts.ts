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
  /** The unit in DFU mode, or that the plan has nothing to write. */
  readonly dfu: { readonly unit: UsbUnit } | 'not-needed';
  readonly flashed: { readonly writes: number; readonly bytes: number };
  /** The unit back in normal mode after flashing. */
  readonly restarted: UsbUnit;
  readonly proof: Proof;
  readonly sim: SimIdentity | 'no-sim-in-recipe';
  readonly membership: 'added' | 'already-member';
  /** `pending` is only ever given knowingly: the cloud says the activation is under way and the recipe allows it. */
  readonly simState: 'active' | 'pending' | 'no-sim-in-recipe';
};

/** What the unit says of itself. Absent values were not reported; they are never guessed. */
export type UnitIdentity = {
  readonly deviceId: DeviceId;
  readonly platform: Platform;
  readonly serialNumber: string | undefined;
  readonly deviceOs: string | undefined;
  readonly modules: readonly ModuleReport[] | undefined;
  readonly sim: SimIdentity | undefined;
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

/** What runs in the unit, proven after the restart. */
export type Proof = {
  readonly deviceOs: string;
  readonly modules: readonly ModuleReport[];
  readonly productBinarySha256: string;
  /** How the binary was proven: by the hash the unit itself reports of it. */
  readonly by: 'reported-hash';
};
