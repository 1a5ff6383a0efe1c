import type { CloudContact } from '../../ports/cloud-contact.ts';
import { CLOUD_LIMIT, createRequestBudget, type RequestBudget } from './request-budget.ts';
import { STEADY_CLOCK, type SteadyClock } from './steady-clock.ts';

/** The contact as the senders of requests see it: they ask for leave, and tell what they were told. */
export type SharedContact = CloudContact & {
  readonly budget: RequestBudget;
  /** Notes the time an answer of the cloud itself bears: an HTTP date. Anything else is passed over. */
  noteDate(date: string | null): void;
};

export type ContactSettings = {
  /** Of this process; all stations behind one public address share the cloud's 10,000 (cloud-api.md 3.2). */
  readonly requestsPer5Min?: number;
  readonly clock?: SteadyClock;
  /** This computer's clock, ms since 1970. */
  readonly wallClock?: () => number;
};

/** One per process and cloud, shared by everything that speaks to it. */
export function createCloudContact({
  requestsPer5Min = CLOUD_LIMIT,
  clock = STEADY_CLOCK,
  wallClock = Date.now,
}: ContactSettings = {}): SharedContact {
  const budget = createRequestBudget(requestsPer5Min, clock);
  let last: { readonly cloudMs: number; readonly at: number } | undefined;

  const cloudTime = () => (last === undefined ? undefined : new Date(last.cloudMs + clock.now() - last.at));
  return {
    budget,
    cloudTime,
    clockOffsetMs: () => {
      const time = cloudTime();
      return time === undefined ? undefined : wallClock() - time.getTime();
    },
    figures: budget.figures,
    noteDate: (date) => {
      const seconds = readHttpDate(date);
      // The header has whole seconds and was written within the one it names: the middle of it is the best guess.
      if (seconds !== undefined) last = { cloudMs: seconds + 500, at: clock.now() };
    },
  };
}

/** An HTTP date (RFC 9110 5.6.7) in ms since 1970, or undefined for anything that is none or lies outside this century. */
export function readHttpDate(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined || !/^[A-Z][a-z]{2,8},? /.test(text)) return undefined;
  const ms = Date.parse(text);
  return ms >= Date.UTC(2000) && ms < Date.UTC(2100) ? ms : undefined;
}
