import { randomBytes } from 'node:crypto';
import type {
  ApiUserRecord,
  ClientRecord,
  MfaRecord,
  RefreshRecord,
  TransferRecord,
  UserRecord,
} from './account-records.ts';
import { type ChangeBook, createChangeBook } from './change-book.ts';
import { type CloudClock, createCloudClock } from './cloud-clock.ts';
import type {
  DeviceRecord,
  FirmwareRecord,
  GroupRecord,
  ProductRecord,
  SimRecord,
  TokenRecord,
} from './cloud-records.ts';
import { createEventHub, type EventHub } from './event-hub.ts';
import { ACTIVATION_MS, type ActivationTimes } from './sim-activation.ts';

/**
 * All of the virtual cloud's memory. Tests may read and change it; the routes do nothing else. But for the clock and the
 * event hub, which nobody remembers, it is plain data. Every Map and list is made by the change book: what is not, is lost when the
 * cloud is started again from its file.
 */
export type CloudState = {
  readonly clock: CloudClock;
  readonly book: ChangeBook;
  /** Who listens to events now. What nobody listens to is gone (cloud-api.md 2.11). */
  readonly events: EventHub;
  /** How long a SIM change takes, in cloud milliseconds by class. */
  readonly activationMs: ActivationTimes;
  readonly products: Map<number, ProductRecord>;
  /** By device ID in lower case. */
  readonly devices: Map<string, DeviceRecord>;
  /** By ICCID. */
  readonly sims: Map<string, SimRecord>;
  /** In the order of upload. */
  readonly firmware: FirmwareRecord[];
  /** By product number, a slash and the name. */
  readonly groups: Map<string, GroupRecord>;
  /** By token text. */
  readonly tokens: Map<string, TokenRecord>;
  /** By e-mail address. */
  readonly users: Map<string, UserRecord>;
  /** By client ID. */
  readonly clients: Map<string, ClientRecord>;
  /** By refresh token. */
  readonly refreshTokens: Map<string, RefreshRecord>;
  /** By MFA token. */
  readonly mfa: Map<string, MfaRecord>;
  /** By user name. */
  readonly apiUsers: Map<string, ApiUserRecord>;
  /** By transfer ID. */
  readonly transfers: Map<string, TransferRecord>;
};

export type ProductInput = Partial<ProductRecord> & Pick<ProductRecord, 'id' | 'platformId'>;

/** The team member that virtual products belong to unless told otherwise. */
export const TEAM_MEMBER = 'op@example.com';
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
  const book = createChangeBook();
  return {
    clock: createCloudClock(clockSpeed),
    book,
    events: createEventHub(),
    activationMs: structuredClone(ACTIVATION_MS),
    products: book.map('products'),
    devices: book.map('devices'),
    sims: book.map('sims'),
    firmware: book.list('firmware'),
    groups: book.map('groups'),
    tokens: book.map('tokens'),
    users: book.map('users'),
    clients: book.map('clients'),
    refreshTokens: book.map('refreshTokens'),
    mfa: book.map('mfa'),
    apiUsers: book.map('apiUsers'),
    transfers: book.map('transfers'),
  };
}

/** Adds a product; what is not given becomes that of a quarantining product of the virtual team. */
export function addProduct(state: CloudState, input: ProductInput): ProductRecord {
  const product: ProductRecord = {
    name: `Virtual product ${input.id}`,
    slug: `virtual-product-${input.id}`,
    team: [TEAM_MEMBER],
    customers: [],
    deviceLimit: undefined,
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
): FirmwareRecord {
  const nowMs = state.clock.now();
  const record: FirmwareRecord = {
    title: `Version ${firmware.version}`,
    description: '',
    name: 'firmware.bin',
    uploadedAtMs: nowMs,
    updatedAtMs: nowMs,
    uploadedBy: TEAM_MEMBER,
    mandatory: false,
    intelligent: false,
    productDefault: false,
    groups: [],
    wasReleased: false,
    ...firmware,
  };
  state.firmware.push(record);
  // Not the record itself: the list keeps one of its own that notes changes.
  return state.firmware.at(-1) ?? record;
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
