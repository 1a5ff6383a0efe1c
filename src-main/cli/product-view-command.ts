import type { JsonObject } from '../domain/json.ts';
import type { SectionName } from '../domain/product-view.ts';
import { abortOnExitSignals } from '../server/run-headless.ts';
import { callDesk, type ProductOptions, withProduct } from './open-product.ts';
import { EXIT, type Output } from './output.ts';
import { eventText, sectionText } from './product-view-text.ts';

/** 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const STREAM_WORDS = { opening: 'Opening the stream.', up: 'Listening.', down: 'The stream broke:' } as const;

type EventOptions = ProductOptions & {
  readonly seconds?: number;
  readonly prefix?: string;
};

/** `cloud product|team|devices|…`: reads one section and tells it. */
export async function viewProductCommand(
  section: SectionName,
  wish: Readonly<Record<string, unknown>>,
  options: ProductOptions,
  output: Output,
): Promise<number> {
  return withProduct(options, output, async ({ desk, productId }) => {
    const given = Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined));
    const view = await callDesk(desk, 'productView', { section, productId, ...given });
    output.result({ ok: true, ...(JSON.parse(JSON.stringify(view)) as JsonObject) }, sectionText(view));
    return EXIT.good;
  });
}

/** `cloud events`: tells every event as it comes, until Ctrl-C or for some seconds. */
export async function followEventsCommand(options: EventOptions, output: Output): Promise<number> {
  return withProduct(options, output, async ({ desk, productId }) => {
    const { prefix = '' } = options;
    const stop = desk.followEvents(productId, {
      onEvent: (event) => {
        if (!event.name.startsWith(prefix)) return;
        output.result({ ok: true, ...(JSON.parse(JSON.stringify(event)) as JsonObject) }, eventText(event));
      },
      onStream: ({ kind, detail = '' }) => {
        if (!output.json) console.error(STREAM_WORDS[kind], detail);
      },
    });
    try {
      await ended(options.seconds);
    } finally {
      stop();
    }
    return EXIT.good;
  });
}

/** Ends with the seconds, or when the process is told to end. The timer keeps the process alive between two tries of the stream. */
function ended(seconds: number | undefined): Promise<void> {
  const told = abortOnExitSignals();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds === undefined ? LONGEST_TIMER_MS : seconds * 1000);
    told.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
