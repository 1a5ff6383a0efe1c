import type { CloudOptions, CloudProduct } from './cloud.ts';

/** Products and the people of a product (cloud-api.md 2.10). Rights: `products:list`, `products:get`, `teams.users:list`, `devices:list`. */
export interface CloudProducts {
  /** The products the token's user sees. */
  list(options: CloudOptions): Promise<readonly CloudProductDetail[]>;
  detail(productId: number, options: CloudOptions): Promise<CloudProductDetail>;
  team(productId: number, options: CloudOptions): Promise<readonly TeamMember[]>;
  /**
   * How many customers the product has: those the list of devices names, each once. It goes through all pages of the devices, because
   * no request is documented that would give the number alone.
   */
  countCustomers(productId: number, options: CloudOptions): Promise<number>;
}

export type CloudProductDetail = CloudProduct & {
  readonly description: string | undefined;
  /** User name, or the name of the organisation. */
  readonly owner: string | undefined;
  readonly groups: readonly string[];
  /** `settings.quarantine`: unknown Device OS 3.x units wait for approval (true) or join (false); undefined where not told (R16, R17). */
  readonly quarantinesUnknown: boolean | undefined;
  /** The cloud's word: `disabled`, `enabled` …; undefined where not told. */
  readonly deviceProtection: string | undefined;
  /** The number of the plan's subscription. How many devices the plan allows, the cloud does not tell. */
  readonly subscriptionId: number | undefined;
};

export type TeamMember = {
  readonly username: string;
  /** Role of a person, such as `Administrator`; undefined where not told. */
  readonly role: string | undefined;
  /** An API user: a station, a program. */
  readonly isProgram: boolean;
  /** What the API user is called; a person has none. */
  readonly friendlyName: string | undefined;
  /** Rights of an API user; empty for a person. */
  readonly scopes: readonly string[];
};
