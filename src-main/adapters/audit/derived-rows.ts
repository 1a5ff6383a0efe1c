import { type OnlineProof, wasSeenOnline } from '../../domain/cloud-work.ts';
import type { EntryContent } from './entry.ts';

/** What the search tables hold for one entry. Wholly derived: verify derives it again and compares. */
export type DerivedRows = {
  readonly run?: { readonly runId: string; readonly batch: string; readonly day: string };
  readonly runEnd?: { readonly runId: string; readonly outcome: string };
  readonly cloudWork?: { readonly runId: string; readonly batch: string; readonly awaitsOnline: number };
  readonly cloudStep?: { readonly runId: string; readonly state: string; readonly done: number };
  readonly onlineProof?: { readonly runId: string; readonly verdict: string; readonly seen: number };
  readonly identifiers: readonly { readonly runId: string; readonly kind: string; readonly value: string }[];
};

/**
 * The search rows of an entry: a begun run with its batch and day, an ended run with its outcome, how far the cloud is
 * with its unit, and every identifier the entry names, folded by foldIdentifier and sorted. Throws when the body is not the JSON its kind promises.
 */
export function derivedRowsOf(entry: EntryContent): DerivedRows {
  const { runId } = entry;
  if (runId === null) return { identifiers: [] };
  const body = asObject(JSON.parse(entry.body));
  switch (entry.kind) {
    case 'run-begun': {
      const label = asObject(body.label);
      const named = [['run', runId] as const, [String(label.kind), label.value] as const];
      const run = { runId, batch: String(body.batch), day: entry.day ?? '' };
      return { run, identifiers: identifierRows(runId, named) };
    }
    case 'step':
      return { identifiers: identifierRows(runId, unitIdentifiers(asObject(body.learnt ?? {}))) };
    case 'run-ended': {
      const runEnd = { runId, outcome: String(body.outcome) };
      return { runEnd, identifiers: identifierRows(runId, unitIdentifiers(asObject(body.unit))) };
    }
    case 'cloud-work': {
      const cloudWork = { runId, batch: String(body.batch), awaitsOnline: Number(body.online !== undefined) };
      const cloudStep = { runId, state: String(body.reached), done: Number(body.isDone === true) };
      return { cloudWork, cloudStep, identifiers: [] };
    }
    case 'cloud-step':
      return {
        cloudStep: { runId, state: String(body.state), done: Number(body.isDone === true) },
        identifiers: [],
      };
    case 'online-proof':
      return {
        onlineProof: { runId, verdict: String(body.verdict), seen: Number(wasSeenOnline(body as OnlineProof)) },
        identifiers: [],
      };
    default:
      return { identifiers: [] };
  }
}

/** An identifier as the search compares it: without blanks around it, in lower case. */
export function foldIdentifier(value: string): string {
  return value.trim().toLowerCase();
}

/** The same backwards, so that its last characters can be looked up in an index. */
export function backwards(value: string): string {
  return [...value].reverse().join('');
}

type Named = readonly [kind: string, value: unknown];

/** The facts of a step and the summary of a unit call the identifiers by the same names (run-record.ts, UnitSummary). */
function unitIdentifiers(facts: Readonly<Record<string, unknown>>): readonly Named[] {
  return [
    ['device-id', facts.deviceId],
    ['serial-number', facts.serialNumber],
    ['imei', facts.imei],
    ['iccid', facts.iccid],
  ];
}

function identifierRows(runId: string, named: readonly Named[]): DerivedRows['identifiers'] {
  const rows: { runId: string; kind: string; value: string }[] = [];
  for (const [kind, given] of named) {
    const value = typeof given === 'string' ? foldIdentifier(given) : '';
    if (value !== '') rows.push({ runId, kind, value });
  }
  return rows.sort((one, other) => (one.kind < other.kind ? -1 : 1));
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError('The body of the entry is not the object its kind promises.');
  }
  return value as Readonly<Record<string, unknown>>;
}
