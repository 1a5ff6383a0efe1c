import type { CloudStanding } from '../../src-main/domain/cloud-work.ts';
import type { Words } from '../i18n/dictionary.ts';
import type { Fact } from './fact.ts';

/** What the cloud was asked for and what came of it, as names and values; `time` puts an ISO time into words. */
export function cloudFacts(
  { work, last, online }: CloudStanding,
  words: Words,
  time: (iso: string) => string,
): readonly Fact[] {
  const { sim } = work;
  const importAskedAt = last.simImportAskedAt ?? work.simImportAskedAt;
  return [
    [words.carton, work.carton],
    [words.product, String(work.productId)],
    ['SIM', sim === undefined ? undefined : `${sim.iccid} (${words.simForms[sim.form]})`],
    [words.simImportAsked, importAskedAt === undefined ? undefined : time(importAskedAt)],
    [words.simUnderWaySince, last.simSince === undefined ? undefined : time(last.simSince)],
    [words.claimedFor, work.claimUser],
    [words.nameInCloud, work.name],
    [words.groups, work.groups?.join(', ')],
    [words.firstOnline, firstOnline({ work, online }, words, time)],
  ];
}

/** Undefined where nobody wants to know. */
function firstOnline(
  { work, online }: { readonly work: CloudStanding['work']; readonly online: CloudStanding['online'] },
  words: Words,
  time: (iso: string) => string,
): string | undefined {
  if (online === undefined) return work.online && words.onlineAwaited(work.online.withinHours);
  const { verdict, firstOnlineAt, productVersion } = online;
  const wanted = verdict === 'wrong-version' ? work.online?.productVersion : undefined;
  const parts = [
    firstOnlineAt === undefined ? undefined : time(firstOnlineAt),
    productVersion === undefined ? undefined : `v${productVersion}`,
    wanted === undefined ? undefined : words.versionWanted(wanted),
    words.onlineVerdicts[verdict],
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}
