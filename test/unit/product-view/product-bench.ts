import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSimImports } from '../../../src-main/adapters/identity/sim-imports.sqlite.ts';
import type { CommandAnswer, CommandInput, CommandName } from '../../../src-main/contract/contract.ts';
import { PRODUCT_COMMANDS } from '../../../src-main/contract/product-contract.ts';
import { failureOf } from '../../../src-main/domain/failure.ts';
import type { JsonObject } from '../../../src-main/domain/json.ts';
import type { ProductView, SectionName } from '../../../src-main/domain/product-view.ts';
import type { SimImports } from '../../../src-main/ports/sim-imports.ts';
import { productClouds } from '../../../src-main/product-clouds.ts';
import type { BuiltHere } from '../../../src-main/product-view/view-product.ts';
import { ProductDesk } from '../../../src-main/station/product-desk.ts';
import { deviceLife } from '../../../src-main/virtual/cloud/device-life.ts';
import { totp } from '../../../src-main/virtual/cloud/totp.ts';
import { createVirtualCloud, type VirtualCloud } from '../../../src-main/virtual/cloud/virtual-cloud.ts';

export const PRODUCT = 12345;
export const LEAD = 'lead@example.com';
export const PASSWORD = 'correct horse battery';
export const MFA_USER = 'boss@example.com';
const MFA_SECRET = 'JBSWY3DPEHPK3PXP';

/** Members M1 to M3, one in quarantine (Q1), one that is free (F1). */
export const M1 = 'e00fce680000000000000001';
export const M2 = 'e00fce680000000000000002';
export const M3 = 'e00fce680000000000000003';
export const Q1 = 'e00fce680000000000000006';
export const F1 = 'e00fce680000000000000009';
export const I1 = '8934076500002589174';
export const I2 = '89883070000051465647';
/** A loose card of nobody's product yet. */
export const I9 = '89014103272880448051';

type DeskCommand = 'productView' | 'changeProduct' | 'signIn' | 'giveOtp' | 'signOut';

export type ProductBench = AsyncDisposable & {
  readonly virtual: VirtualCloud;
  readonly desk: ProductDesk;
  readonly simImports: SimImports;
  readonly life: ReturnType<typeof deviceLife>;
  /** Every address that was asked for. */
  readonly asked: readonly string[];
  /** What the desk wanted kept. */
  readonly notes: readonly JsonObject[];
  /** A command as it comes through the station's door, input checked. */
  call<Name extends DeskCommand & CommandName>(name: Name, input: object): Promise<CommandAnswer<Name>>;
  /** A section, or the test fails with the refusal. */
  see<Name extends SectionName>(section: Name, more?: object): Promise<Extract<ProductView, { section: Name }>>;
  /** The code a change is refused with, or the sentence it is done with. */
  change(action: string, more: object): Promise<string>;
  signIn(): Promise<void>;
  /** The present code of the second factor. */
  code(): string;
};

/**
 * A product with units in every standing on the virtual cloud, and the desk of a station with an operator's token on it. At a thousand
 * times the speed SIMs change within milliseconds, but a session lasts some seconds and a code of the second factor none.
 */
export async function startProductBench(builds: readonly BuiltHere[] = [], clockSpeed = 1): Promise<ProductBench> {
  const virtual = await createVirtualCloud({
    clockSpeed,
    products: [
      {
        id: PRODUCT,
        name: 'Line demo',
        slug: 'line-demo',
        platformId: 13,
        team: [LEAD, 'op@example.com', MFA_USER],
        customers: ['anna@example.net', 'bob@example.net'],
      },
    ],
    users: [
      { username: LEAD, password: PASSWORD },
      { username: MFA_USER, password: PASSWORD, mfaSecret: MFA_SECRET },
    ],
    units: [
      {
        deviceId: M1,
        platformId: 13,
        productId: PRODUCT,
        serialNumber: 'P046AF1450000FC',
        iccid: I1,
        mobileSecret: 'ABCDEFGHJKLMNPQ',
        conditions: ['sim-active'],
      },
      { deviceId: M2, platformId: 13, productId: PRODUCT, serialNumber: 'P046AF1450000FD', owner: LEAD },
      { deviceId: M3, platformId: 13, productId: PRODUCT, iccid: I2, conditions: ['sim-active'] },
      { deviceId: Q1, platformId: 13, productId: PRODUCT, conditions: ['quarantined'] },
      { deviceId: F1, platformId: 13, serialNumber: 'P046AF1450000FE', iccid: I9, simForm: '4ff' },
    ],
  });
  for (const iccid of [I1, I2]) {
    const sim = virtual.state.sims.get(iccid);
    if (sim !== undefined) Object.assign(sim, { productId: PRODUCT, lastDeviceId: iccid === I1 ? M1 : M3 });
  }
  const asked: string[] = [];
  const seen: typeof fetch = (input, init) => {
    asked.push(String(input));
    return fetch(input, init);
  };
  const settings = {
    baseUrl: virtual.baseUrl,
    appVersion: '0.1.0',
    fetch: seen,
    pace: { firstWaitMs: 1, longestWaitMs: 4 },
  };
  const notes: JsonObject[] = [];
  const data = await mkdtemp(join(tmpdir(), 'linewright-product-'));
  const simImports = openSimImports(data);
  const desk = new ProductDesk({
    ...productClouds({ ...settings, token: async () => virtual.token }),
    products: [PRODUCT],
    builds,
    simImports: () => simImports,
    note: (kind, body) => notes.push({ kind, ...body }),
  });
  const call: ProductBench['call'] = async (name, input) => {
    const parsed = PRODUCT_COMMANDS[name].safeParse(input);
    if (!parsed.success) return { ok: false, failure: { code: 'request/invalid', detail: parsed.error.message } };
    try {
      const command = desk.commands()[name] as (
        given: CommandInput<typeof name>,
      ) => Promise<CommandAnswer<typeof name>>;
      return await command(parsed.data as CommandInput<typeof name>);
    } catch (thrown) {
      return { ok: false, failure: failureOf(thrown) };
    }
  };
  return {
    virtual,
    desk,
    simImports,
    notes,
    asked,
    life: deviceLife(virtual.state),
    call,
    see: async (section, more = {}) => {
      const answer = await call('productView', { section, productId: PRODUCT, ...more });
      if (!answer.ok) throw new Error(`${answer.failure.code}: ${answer.failure.detail}`);
      return answer.value as never;
    },
    change: async (action, more) => {
      const answer = await call('changeProduct', { action, productId: PRODUCT, ...more });
      return answer.ok ? answer.value.said : answer.failure.code;
    },
    signIn: async () => {
      const answer = await call('signIn', { user: LEAD, password: PASSWORD });
      if (!answer.ok) throw new Error(answer.failure.detail);
    },
    code: () => totp(MFA_SECRET, virtual.state.clock.now()),
    [Symbol.asyncDispose]: async () => {
      await desk.close();
      await virtual.close();
      simImports.close();
      await rm(data, { recursive: true });
    },
  };
}
