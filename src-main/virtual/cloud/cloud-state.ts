import { randomBytes } from 'node:crypto';
import { type CloudClock, createCloudClock } from './cloud-clock.ts';
import type { DeviceRecord, FirmwareRecord, ProductRecord, SimRecord, TokenRecord } from './cloud-records.ts';

/** All of the virtual cloud's memory. Tests may read and change it; the routes do nothing else. */
export type CloudState = {
  readonly clock: CloudClock;
  readonly products: Map<number, ProductRecord>;
  /** By device ID in lower case. */
  readonly devices: Map<string, DeviceRecord>;
  /** By ICCID. */
  readonly sims: Map<string, SimRecord>;
  /** In the order of upload. */
  readonly firmware: FirmwareRecord[];
  /** By token text. */
  readonly tokens: Map<string, TokenRecord>;
};

export type ProductInput = Partial<ProductRecord> & Pick<ProductRecord, 'id' | 'platformId'>;

/** The team member that virtual products belong to unless told otherwise. */
const TEAM_MEMBER = 'op@example.com';
export const STRANGER = 'stranger@example.org';

/** What a station's API user needs and no more (cloud-api.md 1.6, operator profile). */
const OPERATOR_SCOPES: readonly string[] = [
  'products:get',
  'devices:import',
  'devices:get',
  'devices:list',
  'devices:update',
  'groups:list',
  'sims:import',
  'sims:get',
  'sims:list',
  'firmware:list',
  'events:get',
];

/** An empty memory with a clock of its own. */
export function createCloudState(clockSpeed?: number): CloudState {
  return {
    clock: createCloudClock(clockSpeed),
    products: new Map(),
    devices: new Map(),
    sims: new Map(),
    firmware: [],
    tokens: new Map(),
  };
}

/** Adds a product; what is not given becomes that of a quarantining product of the virtual team. */
export function addProduct(state: CloudState, input: ProductInput): ProductRecord {
  const product: ProductRecord = {
    name: `Virtual product ${input.id}`,
    slug: `virtual-product-${input.id}`,
    team: [TEAM_MEMBER],
    quarantinesUnknown: true,
    deviceProtection: false,
    ...input,
  };
  state.products.set(product.id, product);
  return product;
}

/** Uploads a version of a product's firmware, as somebody with the right to does in the console. */
export function addFirmware(
  state: CloudState,
  firmware: Pick<FirmwareRecord, 'productId' | 'version' | 'bytes'> & Partial<FirmwareRecord>,
): void {
  const { productId, version } = firmware;
  const uploadedAtMs = state.clock.now();
  state.firmware.push({ title: `Version ${version}`, name: 'firmware.bin', uploadedAtMs, ...firmware, productId });
}

/** Adds a token of 40 hex digits, as real ones are (1.2); an API user of the virtual team unless told otherwise. */
export function addToken(state: CloudState, input: Partial<TokenRecord> = {}): string {
  const record: TokenRecord = {
    token: randomBytes(20).toString('hex'),
    username: TEAM_MEMBER,
    scopes: OPERATOR_SCOPES,
    expiresAtMs: undefined,
    ...input,
  };
  state.tokens.set(record.token, record);
  return record.token;
}
