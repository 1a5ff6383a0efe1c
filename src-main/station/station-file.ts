import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import * as z from 'zod';
import { type Result, refuse } from '../domain/failure.ts';
import { PORT_PATH } from '../domain/port-path.ts';
import type { FlashLimit } from '../domain/snapshot.ts';
import type { IdentityPolicy } from '../ports/identity-book.ts';

const name = z.string().regex(/^[\w .-]{1,40}$/u, 'letters, digits, blank, dot, dash; at most 40');
const path = z.string().min(1).max(1000);
/** A recipe of the firmware store, by its whole hash: nothing shorter, and no name, so that it can only ever mean one. */
const RECIPE_HASH = /^sha256:[0-9a-f]{64}$/;
const recipe = path.refine(
  (text) => !/^sha256:/i.test(text) || RECIPE_HASH.test(text),
  'a recipe of the store is sha256: and all 64 lower-case hex digits of its hash',
);
const flashes = z.int().min(1).max(64);
/** Where a secret comes from; never the secret itself. */
const secret = z.union([
  z.strictObject({ env: z.string().regex(/^[A-Z_][A-Z0-9_]*$/) }),
  z.strictObject({ file: path }),
]);
/** Any other address may hold a user name or a password, which belong elsewhere. */
const proxy = z
  .string()
  .regex(
    /^https?:\/\/[\w.-]+(:\d{1,5})?\/?$|^https?:\/\/\[[\da-f:]+\](:\d{1,5})?\/?$/i,
    'http://host:port, and nothing else',
  );

/** docs/station-file.md says what each member means. Unknown members are refused: a misspelt one would be silently without effect. */
const schema = z.strictObject({
  format: z.literal(1),
  name,
  cloud: z.strictObject({
    baseUrl: z.url(),
    token: secret,
    requestsPer5Min: z.int().min(60).max(10_000).optional(),
  }),
  network: z
    .strictObject({ proxy: proxy.optional(), proxyCredentials: secret.optional(), caFile: path.optional() })
    .refine(
      (given) => given.proxyCredentials === undefined || given.proxy !== undefined,
      'proxyCredentials without a proxy',
    )
    .optional(),
  products: z.array(z.int().positive()).min(1),
  recipe: recipe.optional(),
  slots: z
    .array(
      z.strictObject({
        name,
        portPath: z.string().regex(PORT_PATH, 'a USB port path such as 1-2.3').optional(),
        recipe: recipe.optional(),
      }),
    )
    .min(1)
    .max(64),
  data: path,
  dfuUtil: path.optional(),
  batch: z.string().min(1).max(60).optional(),
  flashLimit: z.strictObject({ station: flashes.optional(), perHub: flashes.optional() }).optional(),
  identity: z.enum(['off', 'advisory', 'required']).optional(),
  rehearsal: z.boolean().optional(),
});

/** An environment variable, or a file only its owner may read. */
export type SecretSource = { readonly env: string } | { readonly file: string };

/** Five such stations behind one public address use what the cloud allows it. */
const REQUESTS_PER_5_MIN = 2_000;

/** A validated station file; every path in it absolute. A recipe is a path, or `sha256:` and its hash in the store of `data`. */
export type StationFile = {
  readonly name: string;
  readonly cloudBaseUrl: string;
  readonly token: SecretSource;
  /** The share of this station in what the cloud allows the plant's public address (cloud-api.md 3.2). */
  readonly requestsPer5Min: number;
  /** How the network is reached; absent members are as the environment says. */
  readonly network: {
    readonly proxy?: string | undefined;
    readonly proxyCredentials?: SecretSource | undefined;
    readonly caFile?: string | undefined;
  };
  readonly products: readonly number[];
  /** A slot without a port must be taught one (slot-teaching.ts). */
  readonly slots: readonly { readonly name: string; readonly portPath?: string | undefined; readonly recipe: string }[];
  readonly data: string;
  readonly dfuUtil: string;
  readonly batch: string;
  /** How many flashes go on at once, on the station and behind one hub; an absent member is no limit. */
  readonly flashLimit: FlashLimit;
  /** What units must be in the identity book for (docs/identity-book.md). */
  readonly identity: 'off' | IdentityPolicy;
  /** The units or the cloud are not real: screens and records say so, and nothing built counts. */
  readonly rehearsal: boolean;
};

const MAX_BYTES = 256 * 1024;

/**
 * Reads and checks a station file. Paths in it are relative to the file. Refuses with `station/invalid-file` and a sentence that
 * names every member that is wrong.
 */
export async function readStationFile(file: string): Promise<Result<StationFile>> {
  let json: unknown;
  try {
    if ((await stat(file)).size > MAX_BYTES)
      return refuse('station/invalid-file', `${file} is too large for a station file.`);
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (thrown) {
    return refuse(
      'station/invalid-file',
      `${file} cannot be read: ${thrown instanceof Error ? thrown.message : thrown}`,
    );
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return refuse('station/invalid-file', `${file}: ${z.prettifyError(parsed.error)}`);
  const given = parsed.data;
  const problem = contradiction(given);
  if (problem !== undefined) return refuse('station/invalid-file', `${file}: ${problem}`);
  const { station, perHub } = given.flashLimit ?? {};
  const here = (relative: string): string => resolve(dirname(file), relative);
  const sourceAt = (source: SecretSource): SecretSource => ('env' in source ? source : { file: here(source.file) });
  const { network = {} } = given;
  const recipeAt = (text: string): string => (RECIPE_HASH.test(text) ? text : here(text));
  const isName = given.dfuUtil !== undefined && !isAbsolute(given.dfuUtil) && !/[/\\]/.test(given.dfuUtil);
  return {
    ok: true,
    value: {
      name: given.name,
      cloudBaseUrl: given.cloud.baseUrl,
      token: sourceAt(given.cloud.token),
      requestsPer5Min: given.cloud.requestsPer5Min ?? REQUESTS_PER_5_MIN,
      network: {
        ...(network.proxy === undefined ? {} : { proxy: network.proxy }),
        ...(network.proxyCredentials === undefined ? {} : { proxyCredentials: sourceAt(network.proxyCredentials) }),
        ...(network.caFile === undefined ? {} : { caFile: here(network.caFile) }),
      },
      products: given.products,
      slots: given.slots.map((slot) => ({ ...slot, recipe: recipeAt(slot.recipe ?? given.recipe ?? '') })),
      data: here(given.data),
      dfuUtil: given.dfuUtil === undefined ? 'dfu-util' : isName ? given.dfuUtil : here(given.dfuUtil),
      batch: given.batch ?? new Date().toISOString().slice(0, 10),
      flashLimit: {
        ...(station === undefined ? {} : { station }),
        ...(perHub === undefined ? {} : { perHub }),
      },
      identity: given.identity ?? 'advisory',
      rehearsal: given.rehearsal ?? false,
    },
  };
}

function contradiction(given: z.infer<typeof schema>): string | undefined {
  const without = given.slots.find((slot) => slot.recipe === undefined && given.recipe === undefined);
  if (without !== undefined) return `slot ${without.name} has no recipe and the station has none either`;
  for (const member of ['name', 'portPath'] as const) {
    const values = given.slots.map((slot) => slot[member]).filter((value) => value !== undefined);
    const alike = values.map((value) => value.toLowerCase()); // a scanner under Caps Lock names a slot in either case
    const twice = values.find((_value, index) => alike.indexOf(alike[index] ?? '', index + 1) >= 0);
    if (twice !== undefined) return `two slots have the ${member} ${twice}`;
  }
  return undefined;
}
