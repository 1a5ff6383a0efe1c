import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { CommandInput } from '../contract/contract.ts';
import { failureOf, StationError } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ProductChange } from '../domain/product-view.ts';
import { carryOut, checked, type OpenProduct, type ProductOptions, withProduct } from './open-product.ts';
import { EXIT, type Output } from './output.ts';

/** A bundle holds a binary of at most 2 MB and assets for one unit. */
const FILE_MAX_BYTES = 16 * 1024 * 1024;

type Order = Readonly<Record<string, unknown>> & { readonly action: string };

/**
 * Makes one change. What costs money or cannot be undone needs `--yes`, or a yes at the terminal to the question what would happen;
 * without either it is refused with that sentence.
 */
export async function changeProductCommand(order: Order, options: ProductOptions, output: Output): Promise<number> {
  return withProduct(options, output, async (open) => {
    const given = Object.fromEntries(Object.entries(order).filter(([, value]) => value !== undefined));
    const input = checked('changeProduct', { ...given, productId: open.productId });
    return tell(await confirmedChange(input, options, open), output);
  });
}

/** `cloud firmware upload FILE VERSION`: a file of any size the cloud takes, which a screen could not send. */
export async function uploadFirmwareCommand(
  [file = '', version = '']: readonly string[],
  options: ProductOptions & { readonly title?: string; readonly description?: string },
  output: Output,
): Promise<number> {
  return withProduct(options, output, async (open) => {
    const bytes = await readBounded(file);
    const fileName = basename(file);
    const { description } = options;
    const input = checked('changeProduct', {
      action: 'upload-firmware',
      productId: open.productId,
      version: Number(version),
      title: options.title ?? fileName,
      ...(description === undefined ? {} : { description }),
      fileName,
      base64: '',
    });
    const whole = { ...input, base64: bytes.toString('base64') } as CommandInput<'changeProduct'>;
    return tell(await carryOut(open.desk, 'changeProduct', whole), output);
  });
}

async function confirmedChange(
  input: CommandInput<'changeProduct'>,
  { yes, json }: ProductOptions,
  { desk, questions }: OpenProduct,
): Promise<ProductChange> {
  const confirmed = { ...input, confirm: true } as CommandInput<'changeProduct'>;
  if (yes === true) return carryOut(desk, 'changeProduct', confirmed);
  try {
    return await carryOut(desk, 'changeProduct', input);
  } catch (thrown) {
    const { code, detail } = failureOf(thrown);
    if (code !== 'cloud/needs-confirmation') throw thrown;
    if (json === true || !questions.isTerminal) {
      throw new StationError(code, `${detail} Say --yes to do it.`, { cause: thrown });
    }
    if (!(await questions.confirm(detail))) throw thrown;
    return carryOut(desk, 'changeProduct', confirmed);
  }
}

function tell(change: ProductChange, output: Output): number {
  const { said, notes } = change;
  output.result(
    { ok: true, ...(JSON.parse(JSON.stringify(change)) as JsonObject) },
    [said, ...notes.map((note) => `  mind: ${note}`)].join('\n'),
  );
  return EXIT.good;
}

async function readBounded(file: string): Promise<Buffer> {
  try {
    if ((await stat(file)).size <= FILE_MAX_BYTES) return await readFile(file);
  } catch (cause) {
    throw new StationError('request/invalid', `${file} cannot be read.`, { cause });
  }
  throw new StationError('request/invalid', `${file} is too large for a product binary.`);
}
