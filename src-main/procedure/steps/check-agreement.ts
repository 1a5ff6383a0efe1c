import { type Failure, failure } from '../../domain/failure.ts';
import type { Label } from '../../domain/label.ts';
import type { Platform } from '../../domain/platform.ts';
import type { UnitSummary } from '../../domain/run-record.ts';
import { skuAllowsPlatform } from '../../domain/sku.ts';
import { claimOf, claimsOfUnit, consultBook } from '../../identity/check-unit.ts';
import type { Ports } from '../../ports/ports.ts';
import type { UnitIdentity } from '../facts.ts';
import type { Step } from '../procedure.ts';

/** Label, unit, recipe and supplier lists must name the same thing before a byte is written; nothing here touches the unit. */
export const checkAgreement: Step<'label' | 'identity', 'agreement'> = {
  id: 'check-agreement',
  title: 'Check label, unit and recipe',
  needs: ['label', 'identity'],
  gives: ['agreement'],
  timeoutMs: 5000,
  run: async ({ label, identity }, { recipe, ports, batch, isRework }) => {
    const onRecord = identity.route === 'dfu' ? readRecord(identity, ports.audit) : undefined;
    const disagreement =
      compareWithRecipe(identity.platform, recipe.platform) ??
      compareSkus(label, recipe.platform) ??
      compareWithLabel(label, identity, onRecord) ??
      (isRework ? undefined : findDuplicate(ports.audit.passedInBatch(batch, identity.deviceId), identity, batch));
    if (disagreement !== undefined) return { ok: false, failure: disagreement };
    const claims = [claimOf(label), ...claimsOfUnit(reportedBy(identity))];
    const book = consultBook(ports.identity, claims, recipe.platform);
    if (!book.ok) return book;
    const isByRecord = onRecord !== undefined && label.kind !== 'device-id';
    const source = isByRecord ? 'unit, as this station read it before it was cut off' : 'unit';
    const compared = ['platform with recipe', `label ${label.kind} with ${source}`, 'device ID with batch'];
    return { ok: true, facts: { agreement: { compared } }, learnt: { compared, identityBook: book.value } };
  },
};

function reportedBy({ deviceId, serialNumber, sim }: UnitIdentity) {
  return { deviceId, serialNumber, iccid: sim?.iccid, imei: sim?.imei };
}

/** What the record holds of a unit that a label may name. */
type OnRecord = Pick<UnitSummary, 'serialNumber' | 'iccid' | 'imei'>;

/**
 * A unit whose firmware is half written tells its device ID and no more. What this station read from that very device ID in an
 * earlier run stands in, so that a run which was cut off can be taken up again; after the restart the unit itself is asked, for its
 * serial number by the step `prove`, for SIM and modem by `read-sim`.
 */
function readRecord({ deviceId }: UnitIdentity, audit: Ports['audit']): OnRecord {
  const units = audit
    .findRuns({ text: deviceId, limit: 20 })
    .map(({ ended }) => ended?.unit)
    .filter((unit) => unit?.deviceId === deviceId);
  const newest = <Name extends keyof OnRecord>(name: Name) => units.find((unit) => unit?.[name] !== undefined)?.[name];
  const known = { serialNumber: newest('serialNumber'), iccid: newest('iccid'), imei: newest('imei') };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

function compareWithLabel(label: Label, identity: UnitIdentity, onRecord: OnRecord | undefined): Failure | undefined {
  const reported = reportedFor(label, identity, onRecord);
  const evidence = { kind: label.kind, onLabel: label.value, onUnit: reported ?? null };
  if (reported === undefined) {
    const why = `The unit (${identity.deviceId}, by ${identity.route}) does not report its ${label.kind}, so the label proves nothing.`;
    return failure('agree/not-checkable', why, evidence);
  }
  if (reported === label.value) return undefined;
  return failure(
    'agree/label-mismatch',
    `The label says ${label.kind} ${label.value}, the unit ${identity.deviceId} says ${reported}.`,
    evidence,
  );
}

function reportedFor(label: Label, identity: UnitIdentity, onRecord: OnRecord | undefined): string | undefined {
  switch (label.kind) {
    case 'device-id':
      return identity.deviceId;
    case 'serial-number':
      return identity.serialNumber ?? onRecord?.serialNumber;
    case 'iccid':
      return identity.sim?.iccid ?? onRecord?.iccid;
    case 'imei':
      return identity.sim?.imei ?? onRecord?.imei;
  }
}

function compareWithRecipe(found: Platform, wanted: Platform): Failure | undefined {
  if (found.id === wanted.id) return undefined;
  return failure(
    'agree/wrong-platform',
    `The unit is a ${found.displayName}, the recipe is for ${wanted.displayName}.`,
    {
      unit: found.name,
      recipe: wanted.name,
    },
  );
}

/** A serial number whose first characters name order numbers of other platforms only is on the wrong line. */
function compareSkus(label: Label, wanted: Platform): Failure | undefined {
  if (label.skus.length === 0 || label.skus.some((sku) => skuAllowsPlatform(sku, wanted.name))) return undefined;
  const detail = `The label is of ${label.skus.join(', ')}, the recipe is for ${wanted.displayName}.`;
  return failure('agree/wrong-platform', detail, { skus: label.skus, recipe: wanted.name });
}

function findDuplicate(passedAs: string | undefined, identity: UnitIdentity, batch: string): Failure | undefined {
  if (passedAs === undefined) return undefined;
  return failure('agree/duplicate', `${identity.deviceId} already passed in batch ${batch} as run ${passedAs}.`, {
    run: passedAs,
  });
}
