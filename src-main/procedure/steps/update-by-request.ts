import type { JsonObject } from '../../domain/json.ts';
import { progressRanges } from '../plan-progress.ts';
import type { Step } from '../procedure.ts';
import { sendUpdates } from '../update/send-updates.ts';

/**
 * Sends what must be on the unit before its new system part: bootloader and co-processor, which DFU must not write
 * (firmware-modules.md 4.3, 4.4). Where the old firmware will not have one of them, it is left for later and the new firmware is written
 * first, which starts in safe mode and takes it there.
 */
export const updateByRequest: Step<'plan' | 'identity', 'prepared'> = {
  id: 'update-by-request',
  title: 'Update boot firmware',
  needs: ['plan', 'identity'],
  gives: ['prepared'],
  timeoutMs: 1_800_000, // three modules, each at most four minutes and twice; single waits inside are shorter
  silenceIs: 'update/failed',
  run: async ({ plan, identity }, context) => {
    if (plan.before.length === 0) return passed([], false, []);
    const { records, failure, refused } = await sendUpdates(
      plan.before,
      identity,
      context,
      progressRanges(plan).before,
    );
    const mayPostpone = failure !== undefined && refused !== undefined && isOldFirmwares(refused);
    if (failure !== undefined && !mayPostpone) return { ok: false, failure, evidence: { updates: records } };
    const sent = plan.before.slice(0, mayPostpone ? records.length - 1 : records.length).map(({ what }) => what);
    return passed(sent, mayPostpone, records);
  },
};

function passed(sent: readonly string[], postponed: boolean, records: readonly JsonObject[]) {
  return {
    ok: true,
    facts: { prepared: { sent, postponed } },
    learnt: { updates: sent.length, postponed },
    ...(records.length === 0 ? {} : { evidence: { updates: records } }),
  } as const;
}

/**
 * Result codes by which the firmware on the unit says that it cannot take this module, which a newer one may: not supported, format,
 * dependency, address, size, updates disabled (device-usb.md 5.6). What is wrong with the module itself stays wrong.
 */
const OLD_FIRMWARES: readonly number[] = [-120, -1310, -1340, -1350, -1351, -1370, -1380];

function isOldFirmwares(refused: number): boolean {
  return OLD_FIRMWARES.includes(refused);
}
