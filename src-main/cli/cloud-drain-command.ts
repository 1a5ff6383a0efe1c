import { openSimImports } from '../adapters/identity/sim-imports.sqlite.ts';
import type { CloudBacklog } from '../domain/cloud-work.ts';
import type { JsonObject } from '../domain/json.ts';
import { Outbox } from '../outbox/outbox.ts';
import { rejectedLater } from '../outbox/rejected-later.ts';
import { abortOnExitSignals } from '../server/run-headless.ts';
import { type CloudWorkOptions, withOwnRecord } from './open-cloud-work.ts';
import { EXIT, type Output } from './output.ts';

type DrainOptions = CloudWorkOptions & { readonly minutes?: number };

/**
 * `cloud drain`: carries out the cloud work of a data folder whose station is not running, until none is left, the time is over, or
 * Ctrl-C; whatever is left then is as it was. Exit 0 only when nothing is left and nothing was rejected.
 */
export function drainCommand({ minutes, ...options }: DrainOptions, output: Output): Promise<number> {
  return withOwnRecord(options, output, async ({ audit, data, openCloud }) => {
    const { cloud, link } = await openCloud();
    const simImports = openSimImports(data);
    const begunOpen = audit.openCloudWork().length;
    let rejected = 0;
    const outbox = new Outbox('', {
      audit,
      cloud,
      simImports,
      cloudTime: link.settings.contact.cloudTime,
      pace: ALL_AT_ONCE,
      changed: () => undefined,
      troubled: ({ work, last }, why) => {
        const told = last.state === 'rejected' ? rejectedLater(work, why) : why;
        if (last.state === 'rejected') rejected += 1;
        output.result({ ok: false, runId: work.runId, code: told.code, detail: told.detail }, told.detail);
      },
    });
    // Nothing else keeps the process alive while the outbox waits for a SIM or for the network.
    let told = '';
    const telling = setInterval(() => {
      const now = progressOf(outbox.backlog());
      if (now.text !== told) output.result({ ok: true, ...now.json }, now.text);
      told = now.text;
    }, TELL_MS);
    try {
      await outbox.idle(endOf(minutes)).catch(() => undefined);
      const end = progressOf(outbox.backlog());
      const { open } = outbox.backlog();
      audit.note('cloud-drained', { begunOpen, open, rejected });
      const text = `${end.text} ${begunOpen - open - rejected} done, ${rejected} rejected.`;
      output.result({ ok: open + rejected === 0, ...end.json, done: begunOpen - open - rejected, rejected }, text);
      return open + rejected === 0 ? EXIT.good : EXIT.bad;
    } finally {
      clearInterval(telling);
      await outbox.close();
      simImports.close();
    }
  });
}

/** Nothing is added meanwhile, so nothing waits for company: neither a request nor a proof. */
const ALL_AT_ONCE = { gatherMs: 0, proveWithinMs: 1_000, proveAtMostMs: 1_000 };

const TELL_MS = 5_000;

function endOf(minutes: number | undefined): AbortSignal {
  const told = abortOnExitSignals();
  return minutes === undefined ? told : AbortSignal.any([told, AbortSignal.timeout(minutes * 60_000)]);
}

function progressOf({ open, notInProduct, oldestAt, held }: CloudBacklog): { json: JsonObject; text: string } {
  const why = held === undefined ? undefined : { code: held.code, detail: held.detail };
  return {
    json: {
      open,
      notInProduct,
      ...(oldestAt === undefined ? {} : { oldestAt }),
      ...(why === undefined ? {} : { held: why }),
    },
    text:
      open === 0
        ? 'Nothing is left to do.'
        : `${open} left, ${notInProduct} of them not in the product${why === undefined ? '.' : `; held up: ${why.detail} [${why.code}]`}`,
  };
}
