import * as z from 'zod';
import { isGroupName } from '../domain/group-name.ts';
import { identifierIn } from '../domain/label.ts';
import type { ProductChange, ProductView, SignedIn } from '../domain/product-view.ts';

const productId = z.int().min(1).max(0x7fff_ffff);
const deviceId = z
  .string()
  .regex(/^[0-9a-f]{24}$/i)
  .toLowerCase();
const iccid = z.string().regex(/^89\d{17,19}$/);
const version = z.int().min(1).max(65_535);
const group = z.string().refine(isGroupName, 'a group name has a-z, 0-9, - and _, at most 64');
const line = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[\p{L}\p{N}\p{P}\p{S} ]*$/u, 'one line of visible characters');
const user = z.string().min(3).max(254);
const page = { page: z.int().min(1).max(100_000).optional(), perPage: z.int().min(1).max(100).optional() };
/** Whatever was scanned or pasted: a mobile secret goes no further than this. */
const text = z.string().max(120).transform(identifierIn).optional();
/** What costs money or cannot be undone is done only with it; without, the refusal says what would happen. */
const confirm = z.literal(true).optional();

const section = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.strictObject({ section: z.literal(name), productId, ...shape });
const action = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.strictObject({ action: z.literal(name), productId, ...shape });

/** The commands with which a screen looks at a product of the cloud and changes it (docs/cloud-product.md). */
export const PRODUCT_COMMANDS = {
  /** Reads one section of a product now. By the signed-in supervisor's right, else by the station's own. */
  productView: z.discriminatedUnion('section', [
    section('product', {}),
    section('team', {}),
    /** `text`: part of a device ID, serial number or name. */
    section('devices', { ...page, text, group: group.optional() }),
    section('device', { deviceId }),
    section('denied', {}),
    section('sims', { ...page, text }),
    section('sim', { iccid }),
    section('groups', {}),
    section('firmware', {}),
    section('locks', {}),
    section('customers', {}),
    /** Events newer than this number; all that are kept when absent. The first call begins to listen. */
    section('events', { after: z.int().min(0).optional() }),
    /** How many devices the plan allows: the cloud does not tell, so a person may. */
    section('limits', { planDevices: z.int().min(1).max(10_000_000).optional() }),
  ]),
  /** Changes one thing and reads it back. */
  changeProduct: z.discriminatedUnion('action', [
    action('approve', { deviceId, confirm }),
    action('deny', { deviceId }),
    /** For the person signed in, or for another member of the team. */
    action('claim', { deviceId, user: user.optional() }),
    action('unclaim', { deviceId, confirm }),
    action('remove', { deviceId, confirm }),
    action('describe', {
      deviceId,
      name: line(64).optional(),
      notes: z.string().max(500).optional(),
      groups: z.array(group).max(50).optional(),
      isDevelopment: z.boolean().optional(),
    }),
    action('lock', { deviceId, version, flash: z.enum(['now', 'on-reset']) }),
    action('unlock', { deviceId }),
    action('activate-sim', { iccid, confirm }),
    action('deactivate-sim', { iccid, confirm }),
    action('reactivate-sim', { iccid, confirm }),
    action('release-sim', { iccid, confirm }),
    action('create-group', { group, description: line(200).optional() }),
    action('delete-group', { group, confirm }),
    /** The file as base64; a larger one goes by the command line, because a screen's messages are bounded. */
    action('upload-firmware', {
      version,
      title: line(100).min(1),
      description: z.string().max(1000).optional(),
      fileName: line(200).min(1),
      base64: z.base64().max(900_000),
    }),
    action('release-firmware', {
      version,
      productDefault: z.boolean().optional(),
      groups: z.array(group).max(50).optional(),
      immediately: z.boolean().optional(),
      confirm,
    }),
    action('delete-firmware', { version, confirm }),
  ]),
  /** A supervisor signs in with the password of the cloud account. It crosses here once and is kept nowhere. */
  signIn: z.strictObject({ user, password: z.string().min(1).max(1024) }),
  /** The second step, where the account wants it. */
  giveOtp: z.strictObject({ code: z.string().regex(/^\d{6,10}$/, 'the digits of the authenticator') }),
  /** Ends the session here and in the cloud. Without one it is done. */
  signOut: z.strictObject({}),
} as const;

/** What each of them answers with when it is done. */
export type ProductOutput = {
  productView: ProductView;
  changeProduct: ProductChange;
  /** `otp-wanted`: the account has a second factor; giveOtp comes next, within some minutes. */
  signIn: ({ readonly state: 'signed-in' } & SignedIn) | { readonly state: 'otp-wanted' };
  giveOtp: { readonly state: 'signed-in' } & SignedIn;
  /** `revoked` false: it ended here, but the cloud could not be told; its token lives until it expires. */
  signOut: { readonly revoked: boolean };
};
