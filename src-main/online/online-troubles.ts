import type { CloudStanding } from '../domain/cloud-work.ts';
import { type Failure, failure } from '../domain/failure.ts';

/**
 * What a person is told of units that were late or came with another firmware: one sentence for those that lie together in a carton, so
 * that a whole batch without an antenna is one trouble and not six hundred. Which units they are is in the report.
 */
export function onlineTroubles(problems: readonly CloudStanding[]): readonly Failure[] {
  const together = Map.groupBy(problems, ({ work, online }) =>
    JSON.stringify([online?.verdict, online?.productVersion, work.batch, work.carton]),
  );
  return [...together.values()].flatMap((units) => {
    const [first] = units;
    return first === undefined ? [] : [troubleOf(first, units)];
  });
}

function troubleOf({ work, online }: CloudStanding, units: readonly CloudStanding[]): Failure {
  const { batch, carton } = work;
  const isLate = online?.verdict === 'late';
  const place = carton === undefined ? `batch ${batch}` : `carton ${carton} of batch ${batch}`;
  const found =
    online?.productVersion === undefined
      ? 'with firmware that names no version'
      : `with version ${online.productVersion}`;
  const what = isLate
    ? `not come online within ${work.online?.withinHours} h`
    : `come online ${found}, not ${work.online?.productVersion}`;
  const have = units.length === 1 ? 'has' : 'have';
  const pulled = [...new Set(units.map((unit) => unit.work.serialNumber ?? unit.work.deviceId))];
  return failure(isLate ? 'online/late' : 'online/wrong-version', `${named(pulled)} in ${place} ${have} ${what}.`, {
    runIds: units.map((unit) => unit.work.runId),
    batch,
    carton: carton ?? null,
  });
}

function named(units: readonly string[]): string {
  const shown = units.slice(0, NAMED).join(', ');
  return units.length <= NAMED ? shown : `${shown} and ${units.length - NAMED} more`;
}

const NAMED = 5;
