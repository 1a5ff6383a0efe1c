import { openSimImports } from '../adapters/identity/sim-imports.sqlite.ts';
import { APP_VERSION } from '../build-station.ts';
import type { CommandInput, CommandName, CommandOutput } from '../contract/contract.ts';
import { PRODUCT_COMMANDS } from '../contract/product-contract.ts';
import { failureOf, StationError } from '../domain/failure.ts';
import { type CloudLink, openCloudLink } from '../open-cloud-link.ts';
import type { SimImports } from '../ports/sim-imports.ts';
import { productClouds } from '../product-clouds.ts';
import { abortOnExitSignals } from '../server/run-headless.ts';
import { ProductDesk } from '../station/product-desk.ts';
import { readStationFile } from '../station/station-file.ts';
import { createQuestions, type Questions } from './ask-secret.ts';
import { builtHere } from './built-here.ts';
import { unwrap } from './open-store.ts';
import { EXIT, type Output } from './output.ts';

/** What every command on a product of the cloud is given. */
export type ProductOptions = {
  readonly json?: boolean;
  /** The station file that names the cloud and the token. */
  readonly station: string;
  readonly product?: number;
  /** E-mail of the supervisor in whose name it is done; the password is asked for. */
  readonly signIn?: string;
  /** Confirms what costs money or cannot be undone. */
  readonly yes?: boolean;
};

export type OpenProduct = {
  readonly desk: ProductDesk;
  readonly productId: number;
  readonly questions: Questions;
};

/**
 * Opens the product desk of a station file, without its USB and its record, so that it works beside the running station; signs in where
 * that was asked for, runs the command, signs out. What is thrown as a StationError is the answer.
 */
export async function withProduct(
  options: ProductOptions,
  output: Output,
  use: (open: OpenProduct) => Promise<number>,
  questions: Questions = createQuestions(),
): Promise<number> {
  let desk: ProductDesk | undefined;
  let link: CloudLink | undefined;
  let opened: SimImports | undefined;
  try {
    const file = unwrap(await readStationFile(options.station));
    const productId = options.product ?? onlyOne(file.products);
    link = await openCloudLink(file, APP_VERSION);
    const builds = await builtHere(file);
    const simImports = (): SimImports => {
      opened ??= openSimImports(file.data);
      return opened;
    };
    desk = new ProductDesk({ ...productClouds(link.settings), products: file.products, builds, simImports });
    if (options.signIn !== undefined) {
      // Ctrl-C must not leave a session behind: closing gives up what goes on, and signs out.
      abortOnExitSignals().addEventListener('abort', () => void desk?.close());
      await signIn(desk, options.signIn, questions);
    }
    return await use({ desk, productId, questions });
  } catch (thrown) {
    if (!(thrown instanceof StationError)) throw thrown;
    const exit = output.failed(failureOf(thrown));
    return thrown.code === 'request/invalid' ? EXIT.misuse : exit;
  } finally {
    await desk?.close();
    link?.close();
    opened?.close();
    questions.close();
  }
}

type DeskName = 'productView' | 'changeProduct';

/** Checks an input as the station's door does, then carries it out; refusals are thrown. */
export async function callDesk<Name extends DeskName & CommandName>(
  desk: ProductDesk,
  name: Name,
  input: unknown,
): Promise<CommandOutput[Name]> {
  return carryOut(desk, name, checked(name, input));
}

/** The same for an input that was checked already. */
export async function carryOut<Name extends DeskName & CommandName>(
  desk: ProductDesk,
  name: Name,
  input: CommandInput<Name>,
): Promise<CommandOutput[Name]> {
  const command = desk.commands()[name] as (given: CommandInput<Name>) => Promise<Parameters<typeof unwrap>[0]>;
  return unwrap(await command(input)) as CommandOutput[Name];
}

/** What the contract makes of an input; throws `request/invalid` with what is wrong. */
export function checked<Name extends DeskName & CommandName>(name: Name, input: unknown): CommandInput<Name> {
  const parsed = PRODUCT_COMMANDS[name].safeParse(input);
  if (parsed.success) return parsed.data as CommandInput<Name>;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new StationError(
    'request/invalid',
    `${where === '' ? 'The command' : where} is wrong: ${issue?.message ?? ''}.`,
  );
}

async function signIn(desk: ProductDesk, user: string, questions: Questions): Promise<void> {
  const commands = desk.commands();
  const password = await questions.secret(`Password of ${user}: `);
  const first = unwrap(await commands.signIn({ user, password }));
  if (first.state === 'signed-in') return;
  const code = (await questions.secret('Code of the authenticator: ')).replaceAll(/\s/g, '');
  if (!/^\d{6,10}$/.test(code))
    throw new StationError('request/invalid', 'The code is the digits of the authenticator.');
  unwrap(await commands.giveOtp({ code }));
}

function onlyOne(products: readonly number[]): number {
  const [only, second] = products;
  if (only !== undefined && second === undefined) return only;
  throw new StationError('request/invalid', `Say with --product which of ${products.join(', ')}.`);
}
