import type { PlatformName } from '../../../src-main/domain/platform.ts';
import { derived } from './job-figures.ts';
import { type Measured, middle, PLACES, type Place, select } from './measured.ts';
import { table } from './text-table.ts';

/** Each target beside the figure it is about, a line each; targets that were not measured are left out. */
export function targetLines(measured: readonly Measured[]): string[] {
  const rows = [
    ...floorRows(measured),
    ...togetherRows(measured),
    ...currentRows(measured),
    ...particleRows(measured),
    ...dfuUtilRows(measured),
    ...readRows(measured),
  ];
  return rows.length === 0 ? [] : table([['target', 'figure', 'wanted', ''], ...rows]);
}

type Row = readonly [string, string, string, string];

const PLATFORMS: readonly PlatformName[] = ['boron', 'electron', 'b5som'];
const wallOf = ({ job }: Measured): number => job.wallMs;
const touchedOf = ({ job }: Measured): number => job.touchedMs;

/** The station's wall against the busy floor, its reading included in both. */
function floorRows(measured: readonly Measured[]): Row[] {
  return PLATFORMS.flatMap((platform) => {
    const runs = select(measured, { doer: 'station', platform, task: 'fresh' });
    const visit = middle(runs, ({ job }) => job.wallMs / derived(job).busyMs);
    const away = middle(runs, ({ job }) => job.awayMs / derived(job).awayFloorMs);
    return [
      ...atMost(`${platform} fresh: wall / busy`, visit, 1.08),
      ...atMost(`${platform} fresh: from request 50 to normal mode / busy and restarts`, away, 1.08),
    ];
  });
}

function togetherRows(measured: readonly Measured[]): Row[] {
  const platform = 'boron';
  return (['vm', 'in-process', 'in-process, hubs'] as const).flatMap((where) => {
    const of = (together: number, at: Place = where) =>
      middle(select(measured, { doer: 'station', platform, task: 'fresh', where: at, together }), wallOf);
    const one = of(1, where === 'vm' ? 'vm' : 'in-process');
    const counts = [...new Set(measured.map(({ together }) => together))].filter((count) => count > 1);
    return counts.flatMap((count) => {
      const many = of(count);
      if (one === undefined || many === undefined) return [];
      return atMost(`${count} together / one, ${PLACES[where]}`, many / one, count > 8 ? undefined : 1.15);
    });
  });
}

function currentRows(measured: readonly Measured[]): Row[] {
  return (['vm', 'in-process'] as const).flatMap((where) =>
    PLATFORMS.flatMap((platform) => {
      const runs = select(measured, { doer: 'station', platform, task: 'current', where });
      const erased = middle(runs, ({ job }) => job.sectorsErased);
      const place = PLACES[where];
      return [
        ...atMost(`${platform} current: sectors erased, ${place}`, erased, 0),
        ...atMost(
          `${platform} current: power to proof / restarts and arrivals it needed, ${place}`,
          middle(runs, ({ job, plug }) =>
            plug === undefined
              ? undefined
              : plug.provenMs / (job.restartsMs + job.restarts * (plug.seenMs - plug.bootMs)),
          ),
          1.2,
        ),
        ...atMost(
          `${platform} current: power to proof / restarts alone, ${place}`,
          middle(runs, ({ job, plug }) => (plug === undefined ? undefined : plug.provenMs / job.restartsMs)),
          undefined,
        ),
      ];
    }),
  );
}

function particleRows(measured: readonly Measured[]): Row[] {
  return PLATFORMS.flatMap((platform) => {
    const ours = (task: Measured['task']) => select(measured, { doer: 'station', platform, task });
    const theirs = (task: Measured['task']) => select(measured, { doer: 'particle-cli', platform, task });
    const alone = select(measured, { doer: 'particle-cli, application file', platform, task: 'application' });
    const floor = middle(ours('fresh'), ({ job }) => derived(job).writeFloorMs);
    const [fresh, freshCli] = [middle(ours('fresh'), wallOf), middle(theirs('fresh'), wallOf)];
    const writing = middle(ours('fresh'), ({ job }) => job.wallMs - derived(job).readMs);
    const closedBy = (wall: number | undefined): string | undefined =>
      floor === undefined || wall === undefined || freshCli === undefined
        ? undefined
        : percent((freshCli - wall) / (freshCli - floor));
    return [
      ...below(`${platform} fresh: wall / particle-cli`, quotient(fresh, freshCli), 1),
      ...stated(`${platform} fresh: closed of the gap from particle-cli to the floor`, closedBy(fresh)),
      ...stated(`${platform} fresh: the same without the time under uploads`, closedBy(writing)),
      ...atMost(
        `${platform} application differs: wall / particle-cli`,
        quotient(middle(ours('application'), wallOf), middle(theirs('application'), wallOf)),
        0.5,
      ),
      ...atMost(
        `${platform} application differs: wall / particle-cli told of the application file alone`,
        quotient(middle(ours('application'), wallOf), middle(alone, wallOf)),
        undefined,
      ),
      ...atMost(
        `${platform} current: wall / particle-cli`,
        quotient(middle(ours('current'), wallOf), middle(theirs('current'), wallOf)),
        0.1,
      ),
      ...atMost(
        `${platform} current: first request to proof / first to last transfer of particle-cli`,
        quotient(middle(ours('current'), touchedOf), middle(theirs('current'), touchedOf)),
        undefined,
      ),
    ];
  });
}

/** The write phase against plain dfu-util with the same bytes, and the whole visit with its reading beside it. */
function dfuUtilRows(measured: readonly Measured[]): Row[] {
  return PLATFORMS.flatMap((platform) =>
    (['fresh', 'application'] as const).flatMap((task) => {
      const ours = select(measured, { doer: 'station', platform, task });
      const theirs = middle(select(measured, { doer: 'dfu-util', platform, task }), wallOf);
      const isSame = middle(ours, ({ job }) => job.bytesProgrammed);
      const bytes = middle(select(measured, { doer: 'dfu-util', platform, task }), ({ job }) => job.bytesProgrammed);
      const note = isSame === bytes ? '' : ` (${isSame} bytes against ${bytes})`;
      return [
        ...atMost(
          `${platform} ${task}: write phase / dfu-util${note}`,
          quotient(
            middle(ours, ({ job }) => job.writeMs),
            theirs,
          ),
          NOT_SLOWER,
        ),
        ...atMost(
          `${platform} ${task}: whole visit, reading included / dfu-util`,
          quotient(middle(ours, wallOf), theirs),
          undefined,
        ),
      ];
    }),
  );
}

/** Figures of this virtual machine repeat within 1 % (usb-lab.md 5). */
const NOT_SLOWER = 1.01;

function readRows(measured: readonly Measured[]): Row[] {
  return PLATFORMS.flatMap((platform) => {
    const runs = select(measured, { doer: 'station', platform, task: 'fresh' });
    const share = middle(runs, ({ job }) => job.readBackMs / job.writeMs);
    return atMost(`${platform} fresh: read-back / write`, share, 0.1);
  });
}

function atMost(what: string, value: number | undefined, limit: number | undefined): Row[] {
  if (value === undefined) return [];
  const text = value.toFixed(3);
  if (limit === undefined) return [[what, text, '', '']];
  return [[what, text, `<= ${limit}`, Number(text) <= limit ? 'met' : 'NOT MET']];
}

function below(what: string, value: number | undefined, limit: number): Row[] {
  return value === undefined ? [] : [[what, value.toFixed(3), `< ${limit}`, value < limit ? 'met' : 'NOT MET']];
}

function stated(what: string, value: string | undefined): Row[] {
  return value === undefined ? [] : [[what, value, '', '']];
}

function quotient(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined || other === 0 ? undefined : one / other;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
