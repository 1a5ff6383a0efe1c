import type { CommandInput, CommandOutput } from '../contract/contract.ts';
import { failureOf, ok, type Result, refuse, StationError } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ProductChange, ProductView, SignedIn } from '../domain/product-view.ts';
import type { CloudOptions } from '../ports/cloud.ts';
import type { CloudAccounts } from '../ports/cloud-accounts.ts';
import type { ProductCloud } from '../ports/product-cloud.ts';
import type { SimImports } from '../ports/sim-imports.ts';
import { EventBook, type EventFollower } from '../product-view/event-book.ts';
import type { ProductAccess } from '../product-view/product-access.ts';
import { CHANGE_RIGHTS, isRefusal, isSupervisors, type NeededRight, SECTION_RIGHTS } from '../product-view/rights.ts';
import { SupervisorSession } from '../product-view/supervisor-session.ts';
import type { BuiltHere } from '../product-view/view-product.ts';
import { makeChange } from './product-changes.ts';
import { readSection } from './product-sections.ts';

/** A look leaves some of the request budget to the units in the slots. */
const LOOK = { timeoutMs: 60_000, priority: 'background' } as const;
const CHANGE = { timeoutMs: 120_000 } as const;
const SIGN_IN = { timeoutMs: 30_000 } as const;

/** The cloud by the station's own right, and by that of a supervisor. */
export type ProductClouds = {
  /** The cloud by the station's own token. */
  readonly own: ProductCloud;
  readonly accounts: CloudAccounts;
  /** The cloud by the right of another token. */
  readonly openWith: (token: () => Promise<string>) => ProductCloud;
};

/** What a product desk is made of; the same for a station and for the command line beside it. */
export type ProductDeskSetting = ProductClouds & {
  /** Products this station may look at. */
  readonly products: readonly number[];
  readonly builds?: readonly BuiltHere[];
  /** The record of SIM imports of the station's data folder. */
  readonly simImports: () => SimImports;
  /** Keeps what was changed, by whom; without it nothing is kept. */
  readonly note?: (kind: string, body: JsonObject) => void;
};

type DeskName = 'productView' | 'changeProduct' | 'signIn' | 'giveOtp' | 'signOut';
type DeskCommands = { [Name in DeskName]: (input: CommandInput<Name>) => Promise<Result<CommandOutput[Name]>> };

/** The commands of a desk; a station without one refuses them. */
export function productCommands(desk: ProductDesk | undefined): DeskCommands {
  if (desk !== undefined) return desk.commands();
  const none = async () => refuse('cloud/refused', 'This station was built without a view of its products.');
  return { productView: none, changeProduct: none, signIn: none, giveOtp: none, signOut: none };
}

/**
 * Where a supervisor looks at a product in the cloud and changes it. Everything is done by the right of whoever is signed in, else of the
 * station; what the station's token may not do is refused with `cloud/not-signed-in` and the name of the right.
 */
export class ProductDesk {
  readonly #setting: ProductDeskSetting;
  readonly #session: SupervisorSession;
  readonly #books = new Map<number, EventBook>();
  readonly #closing = new AbortController();

  constructor(setting: ProductDeskSetting) {
    this.#setting = setting;
    this.#session = new SupervisorSession({
      accounts: setting.accounts,
      openWith: setting.openWith,
      // What listens does so by a token that is good no longer; the next look listens anew.
      changed: () => this.#closeBooks(),
    });
  }

  commands(): DeskCommands {
    return {
      productView: async (input) => ok(await this.view(input)),
      changeProduct: async (input) => ok(await this.#change(input)),
      signIn: async ({ user, password }) => {
        const signedIn = await this.#within(SIGN_IN, (options) => this.#session.signIn(user, password, options));
        return ok(signedIn === 'otp-wanted' ? { state: signedIn } : { state: 'signed-in', ...signedIn });
      },
      giveOtp: async ({ code }) => {
        const signedIn = await this.#within(SIGN_IN, (options) => this.#session.giveOtp(code, options));
        return ok({ state: 'signed-in', ...signedIn });
      },
      signOut: async () => ok({ revoked: await this.#session.signOut() }),
    };
  }

  /** Tells every live event of a product from now on, until the returned function is called. */
  followEvents(productId: number, follower: EventFollower): () => void {
    this.#requireProduct(productId);
    return this.#bookOf(productId).follow(follower);
  }

  /** Signs out and listens no more. Requests that go on are given up. */
  async close(): Promise<void> {
    this.#closing.abort(new StationError('run/aborted', 'The station was closed.'));
    this.#closeBooks();
    await this.#session.signOut();
  }

  /** Reads one section now. */
  async view(input: CommandInput<'productView'>): Promise<ProductView> {
    const { productId } = input;
    this.#requireProduct(productId);
    const signedIn = this.#session.use()?.signedIn;
    const section = await this.#by(SECTION_RIGHTS[input.section], productId, LOOK, (access) =>
      readSection(access, input, {
        builds: this.#setting.builds ?? [],
        events: (after) => this.#bookOf(productId).view(after),
      }),
    );
    return { ...section, productId, at: new Date().toISOString(), ...(signedIn === undefined ? {} : { signedIn }) };
  }

  async #change(input: CommandInput<'changeProduct'>): Promise<ProductChange> {
    const { productId, action } = input;
    this.#requireProduct(productId);
    const isForOneself = action === 'claim' && input.user === undefined;
    const right = isForOneself ? 'person' : CHANGE_RIGHTS[action];
    const by = this.#session.use()?.signedIn;
    try {
      const change = await this.#by(right, productId, CHANGE, (access) => makeChange(access, input));
      this.#note(input, by, { said: change.said });
      return change;
    } catch (thrown) {
      // A question is no change; anything else may have taken effect, so it is kept with what became of it.
      const failure = failureOf(thrown);
      if (failure.code !== 'cloud/needs-confirmation' && failure.code !== 'cloud/not-signed-in') {
        this.#note(input, by, { failure: { code: failure.code, detail: failure.detail } });
      }
      throw thrown;
    }
  }

  #note(input: CommandInput<'changeProduct'>, by: SignedIn | undefined, became: JsonObject): void {
    const { action, productId, ...order } = input;
    const told = Object.entries(order).filter(([name]) => name !== 'base64' && name !== 'confirm');
    this.#setting.note?.('product-changed', {
      action,
      productId,
      by: by?.user ?? 'station',
      ...(JSON.parse(JSON.stringify(Object.fromEntries(told))) as JsonObject),
      ...became,
    });
  }

  async #by<Seen>(
    right: NeededRight,
    productId: number,
    wait: Pick<CloudOptions, 'timeoutMs' | 'priority'>,
    work: (access: ProductAccess) => Promise<Seen>,
  ): Promise<Seen> {
    const session = this.#session.use();
    if (session === undefined && isSupervisors(right)) {
      const what = right === 'person' ? 'This is done in the name of a person' : `This needs the right ${right}`;
      throw new StationError('cloud/not-signed-in', `${what}, which is a supervisor's: sign in.`);
    }
    try {
      const cloud = session?.cloud ?? this.#setting.own;
      const { simImports } = this.#setting;
      const by = session?.signedIn.user ?? 'by the right of the station';
      return await this.#within(wait, (options) => work({ cloud, productId, options, simImports, by }));
    } catch (thrown) {
      const { code, evidence } = failureOf(thrown);
      if (!isRefusal(code)) throw thrown;
      if (session !== undefined) {
        if (evidence?.status !== 401) throw thrown;
        // The cloud takes the token no more: revoked from elsewhere, or its clock is ahead.
        await this.#session.signOut();
        throw new StationError('cloud/not-signed-in', 'The session is over; sign in again.', {
          cause: thrown,
          evidence,
        });
      }
      const detail = `The station's own token may not do this (${right}); sign in as a supervisor.`;
      throw new StationError('cloud/not-signed-in', detail, {
        cause: thrown,
        ...(evidence === undefined ? {} : { evidence }),
      });
    }
  }

  /** All requests of one command have this time together, and end when the desk closes. */
  async #within<Seen>(
    { timeoutMs, ...more }: Pick<CloudOptions, 'timeoutMs' | 'priority'>,
    work: (options: CloudOptions) => Promise<Seen>,
  ): Promise<Seen> {
    const limit = new AbortController();
    const detail = `The cloud did not give all that is needed within ${timeoutMs / 1000} s.`;
    const timer = setTimeout(() => limit.abort(new StationError('cloud/timeout', detail)), timeoutMs);
    try {
      return await work({ signal: AbortSignal.any([limit.signal, this.#closing.signal]), timeoutMs, ...more });
    } finally {
      clearTimeout(timer);
    }
  }

  #requireProduct(productId: number): void {
    const { products } = this.#setting;
    if (products.includes(productId)) return;
    const detail = `This station is for product ${products.join(', ')}, not for ${productId}.`;
    throw new StationError('recipe/product-not-allowed', detail);
  }

  #bookOf(productId: number): EventBook {
    const known = this.#books.get(productId);
    if (known !== undefined) return known;
    const cloud = this.#session.use()?.cloud ?? this.#setting.own;
    const book = new EventBook(productId, cloud.events);
    this.#books.set(productId, book);
    return book;
  }

  #closeBooks(): void {
    for (const book of this.#books.values()) book.close();
    this.#books.clear();
  }
}
