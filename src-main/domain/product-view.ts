import type { Failure } from './failure.ts';
import type { PlanUse } from './plan-limits.ts';

/*
 * A product of the cloud as a supervisor sees it, section by section. Plain JSON; what the cloud did not tell is absent. Nothing here
 * is kept: it is what the cloud said at `at`.
 */

/** A section that was read, and by whose right. */
export type ProductView = ProductSection & {
  readonly productId: number;
  /** When it was read, ISO 8601 UTC by the station's clock. */
  readonly at: string;
  /** Absent while nobody is signed in; the station's own token was used then. */
  readonly signedIn?: SignedIn;
};

export type SignedIn = {
  readonly user: string;
  /** When the session ends by itself, ISO 8601 UTC; absent where the cloud did not say. */
  readonly until?: string;
};

export type ProductSection =
  | { readonly section: 'product'; readonly product: ViewedProduct; readonly warnings: readonly string[] }
  | { readonly section: 'team'; readonly team: readonly ViewedMember[] }
  | ({ readonly section: 'devices' } & ViewedPage<ViewedDevice>)
  | { readonly section: 'device'; readonly device: ViewedDevice }
  | { readonly section: 'denied'; readonly rows: readonly ViewedDevice[]; readonly isComplete: boolean }
  | ({ readonly section: 'sims' } & ViewedPage<ViewedSim> & { readonly fleet: ViewedFleet })
  | { readonly section: 'sim'; readonly sim: ViewedSim; readonly usage: ViewedUsage }
  | { readonly section: 'groups'; readonly groups: readonly ViewedGroup[] }
  | { readonly section: 'firmware'; readonly firmware: readonly ViewedFirmware[] }
  | ({ readonly section: 'locks' } & ViewedLocks)
  | { readonly section: 'customers'; readonly customers: number }
  | ({ readonly section: 'events' } & ViewedEvents)
  | ({ readonly section: 'limits' } & ViewedLimits);

export type SectionName = ProductSection['section'];

export type ViewedProduct = {
  readonly id: number;
  readonly name: string;
  readonly slug?: string | undefined;
  readonly description?: string | undefined;
  readonly platformId: number;
  /** What people call the platform; absent where this station does not know it. */
  readonly platform?: string | undefined;
  /** The user or organisation it belongs to. */
  readonly owner?: string | undefined;
  readonly unknownUnits?: 'quarantine' | 'auto-approve' | undefined;
  readonly deviceProtection?: string | undefined;
  readonly groups: readonly string[];
  /** The version every unit gets that nothing more special holds for. */
  readonly defaultFirmware?: number | undefined;
};

export type ViewedMember = {
  readonly username: string;
  readonly role?: string | undefined;
  /** An API user: a station, a program. */
  readonly isProgram: boolean;
  readonly friendlyName?: string | undefined;
  readonly rights: readonly string[];
};

/** 1-based. */
export type ViewedPage<Row> = {
  readonly rows: readonly Row[];
  readonly page: number;
  readonly totalPages: number;
};

export type ViewedDevice = {
  readonly deviceId: string;
  readonly serialNumber?: string | undefined;
  readonly name?: string | undefined;
  readonly notes?: string | undefined;
  readonly standing: 'member' | 'quarantined' | 'denied';
  readonly isOnline: boolean;
  readonly isSafeMode: boolean;
  readonly lastHeard?: string | undefined;
  readonly owner?: string | undefined;
  readonly groups: readonly string[];
  readonly iccid?: string | undefined;
  readonly imei?: string | undefined;
  readonly deviceOs?: string | undefined;
  readonly firmwareVersion?: number | undefined;
  /** The version the cloud wants on it. */
  readonly targetVersion?: number | undefined;
  readonly lockedVersion?: number | undefined;
  readonly isDevelopment: boolean;
  /** What happens to its firmware at the next connection (cloud-api.md R31). */
  readonly update: 'none' | 'up' | 'down';
};

export type ViewedSim = {
  readonly iccid: string;
  readonly state: 'active' | 'in-progress' | 'never-activated' | 'inactive' | 'failed' | 'unknown';
  /** The cloud's own word for it. */
  readonly status: string;
  readonly deviceId?: string | undefined;
  readonly deviceName?: string | undefined;
  readonly carrier?: string | undefined;
  readonly country?: string | undefined;
  readonly owner?: string | undefined;
  readonly activations?: number | undefined;
  readonly deactivations?: number | undefined;
  readonly firstActivatedAt?: string | undefined;
  readonly lastActivatedAt?: string | undefined;
};

/** Megabytes of one calendar day, `YYYY-MM-DD`. */
export type ViewedDay = { readonly date: string; readonly megabytes: number };

/** What one SIM used, day by day. `refused`: the token in use may not see it. */
export type ViewedUsage = { readonly days: readonly ViewedDay[] } | { readonly refused: Failure };

/** What all SIMs of the product used in the cloud's present period. `refused`: the token in use may not see it. */
export type ViewedFleet =
  | { readonly megabytes: number; readonly activeSims: number; readonly days: readonly ViewedDay[] }
  | { readonly refused: Failure };

export type ViewedGroup = {
  readonly name: string;
  readonly description: string;
  readonly firmwareVersion?: number | undefined;
};

export type ViewedFirmware = {
  readonly version: number;
  readonly title: string;
  readonly description: string;
  readonly fileName: string;
  readonly sizeBytes?: number | undefined;
  readonly isProductDefault: boolean;
  readonly groups: readonly string[];
  readonly uploadedAt?: string | undefined;
  readonly uploadedBy?: string | undefined;
  /** Units that run it. */
  readonly units?: number | undefined;
};

/** Units that do not follow the releases: locked to a version, or marked as development units, which no release reaches (R33). */
export type ViewedLocks = {
  readonly locked: readonly ViewedDevice[];
  readonly development: readonly ViewedDevice[];
  /** False when the product has more units than were looked through. */
  readonly isComplete: boolean;
};

/** Live events of the product, oldest first, as far as they are kept; hints, not the truth (cloud-api.md 2.11). */
export type ViewedEvents = {
  readonly stream: {
    readonly kind: 'opening' | 'up' | 'down';
    /** Why it is down. */
    readonly detail?: string | undefined;
  };
  readonly events: readonly ViewedEvent[];
  /** Number of the newest event there was; asking again `after` it gives only what came since. */
  readonly last: number;
  /** Events that came after the number that was asked for and are no longer kept. */
  readonly missed: number;
};

export type ViewedEvent = {
  /** Counts up from 1 in this station. */
  readonly number: number;
  readonly name: string;
  readonly data: string;
  /** 24 hex digits, or `api`. */
  readonly deviceId: string;
  readonly version?: number | undefined;
  readonly at: string;
};

export type ViewedLimits = {
  /** Members of the product against its plan (R12); those in quarantine are none (R14). */
  readonly devices: PlanUse;
  readonly quarantined: number;
  /** SIMs of the product; they are paid by it and have no limit of their own (R13). */
  readonly sims: number;
  /** Serial numbers that can still be looked up this hour, as far as this station knows. */
  readonly lookUpsLeft: number;
};

/** A change that was made, and what was read back afterwards. */
export type ProductChange = {
  /** What was done, in one sentence. */
  readonly said: string;
  /** What to know about it, one sentence each: what was not changed by it, what follows. */
  readonly notes: readonly string[];
  readonly device?: ViewedDevice;
  readonly sim?: ViewedSim;
  readonly firmware?: ViewedFirmware;
};
