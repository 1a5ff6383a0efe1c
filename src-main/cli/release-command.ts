import type { JsonObject } from '../domain/json.ts';
import type { ReleaseReport } from '../ports/firmware-store.ts';
import { platformsOf, withoutOf, withStore } from './open-store.ts';
import { EXIT, type Output } from './output.ts';
import type { StoreOptions } from './store-commands.ts';

export type ReleaseCommandOptions = StoreOptions & {
  readonly platform: readonly string[];
  readonly without: readonly string[];
};

/** `firmware add-release PATH…`: exit 0 only when every platform's set that was found is in the store. */
export async function addReleaseCommand(
  paths: readonly string[],
  options: ReleaseCommandOptions & { readonly deviceOs?: string },
  output: Output,
): Promise<number> {
  return withStore(options, output, async ({ store }) => {
    const platforms = platformsOf(options.platform);
    const report = await store.addRelease(paths, {
      ...(options.deviceOs === undefined ? {} : { deviceOs: options.deviceOs }),
      ...(platforms === undefined ? {} : { platforms }),
      without: withoutOf(options.without),
    });
    return tellRelease(report, output);
  });
}

/** Says what was taken, what was refused and what was left out, each with its reason. */
export function tellRelease(report: ReleaseReport, output: Output): number {
  const lines = [
    ...report.sets.flatMap((set) => [
      `${set.platform} ${set.deviceOs}: ${set.isNew ? 'added' : 'already in the store'} as ${set.id.slice(0, 12)}${
        set.lacks.length === 0 ? '' : `, without ${set.lacks.join(' and ')}`
      }`,
      ...set.modules.map(
        ({ role, index, version, sizeBytes, sha256 }) =>
          `  ${sha256.slice(0, 12)}  ${`${role} ${index}`.padEnd(15)} version ${String(version).padEnd(5)} ${String(sizeBytes).padStart(8)} bytes  ${set.files[sha256] ?? ''}`,
      ),
    ]),
    ...report.refused.map(({ platform, failure }) => `${platform}: NOT added. ${failure.detail} [${failure.code}]`),
    ...report.leftOut.map(({ file, why }) => `left out: ${file}: ${why}`),
  ];
  const ok = report.refused.length === 0;
  output.result({ ok, ...(JSON.parse(JSON.stringify(report)) as JsonObject) }, lines.join('\n'));
  return ok ? EXIT.good : EXIT.bad;
}
