import type { AuditLog } from './audit-log.ts';
import type { BulkCloud } from './cloud.ts';
import type { Flasher } from './flasher.ts';
import type { IdentityGuard } from './identity-book.ts';
import type { SimImports } from './sim-imports.ts';
import type { UnitConsole } from './unit-console.ts';
import type { UnitControl } from './unit-control.ts';
import type { UsbBus } from './usb-bus.ts';

/** Everything outside that the station touches. Built once, in build-station.ts, and handed down. */
export type Ports = {
  readonly bus: UsbBus;
  readonly control: UnitControl;
  readonly console: UnitConsole;
  readonly flasher: Flasher;
  readonly cloud: BulkCloud;
  readonly audit: AuditLog;
  /** Shared with the bulk jobs on the station's data folder. */
  readonly simImports: SimImports;
  /** What suppliers say of units; absent where the station does not ask. */
  readonly identity?: IdentityGuard;
};
