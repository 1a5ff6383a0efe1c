import { prepareInitrd } from './initrd.ts';
import { prepareKernel } from './kernel.ts';
import { cacheFolder, labUnavailable } from './lab-availability.ts';
import { prepareReferee, type Referee } from './referee.ts';

/** What can be tested here: a sentence instead of a thing that cannot be had. */
export type PreparedLab = {
  readonly missing: string | undefined;
  readonly referee: Referee | string;
};

/**
 * Fetches and builds, once, everything a virtual machine test needs. Never throws: what is missing becomes the sentence
 * that stands beside the skipped tests.
 */
export async function prepareLab(): Promise<PreparedLab> {
  const missing = labUnavailable() ?? (await sentenceOf(buildGuest()));
  if (missing !== undefined) return { missing, referee: missing };
  let referee: Referee | undefined;
  const without = await sentenceOf(prepareReferee().then((ready) => (referee = ready)));
  return { missing, referee: referee ?? without ?? 'particle-cli could not be prepared' };
}

/** A title that says why its tests do not run here, when they do not. */
export function titled(title: string, missing: string | undefined): string {
  return missing === undefined ? title : `${title} (not run here: ${missing})`;
}

async function buildGuest(): Promise<void> {
  await prepareInitrd(cacheFolder, await prepareKernel(cacheFolder));
}

function sentenceOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}
