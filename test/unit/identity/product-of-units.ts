import type { DeviceId } from '../../../src-main/domain/device-id.ts';
import { StationError } from '../../../src-main/domain/failure.ts';
import type { Iccid } from '../../../src-main/domain/iccid.ts';
import type { BulkCloud, CloudDevice, CloudSim, ImportVerdict } from '../../../src-main/ports/cloud.ts';

/** A product in memory that counts what was asked of it and can be told to break off at a request, before or after its effect. */
export class ProductOfUnits {
  readonly devices = new Map<string, CloudDevice>();
  readonly sims = new Map<string, CloudSim>();
  /** How often each SIM was imported. */
  readonly imports = new Map<string, number>();
  readonly requests: string[] = [];
  mostIdentifiers = Number.POSITIVE_INFINITY;
  readonly foreign = new Set<string>();
  /** Imported SIMs appear after so many looks. */
  simDelayLooks = 0;
  #delayed = new Map<string, number>();
  #breaks: { readonly request: string; readonly after: number; readonly effect: boolean }[] = [];

  /** The next request of this kind but `after` breaks off, with or without its effect. */
  breakAt(request: string, after: number, effect: boolean): void {
    this.#breaks.push({
      request,
      after: this.requests.filter((one) => one.startsWith(request)).length + after,
      effect,
    });
  }

  readonly cloud = {
    addDevices: async (_product: number, { identifiers }: { identifiers: readonly string[] }) =>
      this.#request('addDevices', identifiers.length, () => {
        const verdicts = new Map<string, ImportVerdict>();
        for (const identifier of identifiers) {
          if (this.foreign.has(identifier)) {
            const refused = {
              kind: 'refused',
              code: 'cloud/device-rejected',
              detail: 'it is invalid',
              array: 'invalidDeviceIds',
            };
            verdicts.set(identifier, refused as ImportVerdict);
            continue;
          }
          verdicts.set(identifier, { kind: this.devices.has(identifier) ? 'already-member' : 'added' });
          this.devices.set(identifier, deviceOf(identifier));
        }
        return verdicts;
      }),
    listDevices: async (_product: number, { page, perPage }: { page: number; perPage: number }) =>
      this.#request(`listDevices ${page}`, 0, () => pageOf([...this.devices.values()], page, perPage)),
    listSims: async (_product: number, { page, perPage }: { page: number; perPage: number }) =>
      this.#request('listSims', 0, () => pageOf(this.#visible(), page, perPage)),
    sim: async (_product: number, iccid: Iccid) =>
      this.#request('sim', 0, () => this.#visible().find((sim) => sim.iccid === iccid)),
    importSims: async (_product: number, iccids: readonly Iccid[]) =>
      this.#request('importSims', iccids.length, () => {
        for (const iccid of iccids) {
          this.imports.set(iccid, (this.imports.get(iccid) ?? 0) + 1);
          this.#delayed.set(iccid, this.simDelayLooks);
          this.sims.set(iccid, simOf(iccid));
        }
      }),
  } as unknown as BulkCloud;

  #visible(): readonly CloudSim[] {
    return [...this.sims.values()].filter(({ iccid }) => {
      const looks = this.#delayed.get(iccid) ?? 0;
      this.#delayed.set(iccid, looks - 1);
      return looks <= 0;
    });
  }

  #request<Value>(request: string, size: number, effect: () => Value): Value {
    const [kind = ''] = request.split(' ');
    const number = this.requests.filter((one) => one.startsWith(kind)).length;
    this.requests.push(size === 0 ? request : `${request} ${size}`);
    if (size > this.mostIdentifiers) throw new StationError('cloud/refused', 'too many', { evidence: { status: 413 } });
    const broken = this.#breaks.find((one) => one.request === kind && one.after === number);
    if (broken === undefined) return effect();
    this.#breaks = this.#breaks.filter((one) => one !== broken);
    if (broken.effect) effect();
    throw new StationError('cloud/unreachable', 'the connection broke off');
  }
}

export function simOf(iccid: Iccid): CloudSim {
  return { iccid, state: 'active', status: 'active', activations: 1, deviceId: undefined };
}

export function deviceOf(id: string, more: Partial<CloudDevice> = {}): CloudDevice {
  return {
    id: id as DeviceId,
    productId: 1,
    platformId: 13,
    serialNumber: undefined,
    iccid: undefined,
    quarantined: false,
    denied: false,
    owner: undefined,
    name: undefined,
    groups: [],
    lastHeard: undefined,
    online: false,
    firmwareVersion: undefined,
    ...more,
  };
}

function pageOf<Row>(rows: readonly Row[], page: number, perPage: number) {
  return {
    rows: rows.slice((page - 1) * perPage, page * perPage),
    totalPages: Math.max(1, Math.ceil(rows.length / perPage)),
  };
}
