import { APP_VERSION } from '../build-station.ts';
import { checkCloud, type Finding } from '../check-cloud.ts';
import { NO_CLOUD_POLICY } from '../domain/cloud-policy.ts';
import { scopesFor } from '../domain/cloud-scope.ts';
import { failureOf, StationError } from '../domain/failure.ts';
import { openCloudLink } from '../open-cloud-link.ts';
import { abortOnExitSignals } from '../server/run-headless.ts';
import { readStationFile } from '../station/station-file.ts';
import { readToken } from '../station/token-source.ts';
import { unwrap } from './open-store.ts';
import { EXIT, type Output } from './output.ts';

export type CloudCheckOptions = {
  readonly station: string;
  /** Also the rights that naming and grouping units need, and watching for them online. */
  readonly describe?: boolean;
  readonly online?: boolean;
};

const MARK: Readonly<Record<Finding['state'], string>> = { good: 'ok  ', mind: 'mind', bad: 'BAD ' };

/**
 * `cloud check --station FILE`: what is between this station and the cloud, one line per finding; needs no USB and no record, so it works
 * beside a running station. Exit code 0 when nothing is bad.
 */
export async function cloudCheckCommand(options: CloudCheckOptions, output: Output): Promise<number> {
  try {
    const file = unwrap(await readStationFile(options.station));
    await readToken(file.token);
    const link = await openCloudLink(file, APP_VERSION);
    const policy = {
      ...NO_CLOUD_POLICY,
      ...(options.describe === true ? { name: 'serial-number' as const } : {}),
      ...(options.online === true ? { online: { withinHours: 1 } } : {}),
    };
    const wanted = new Map(file.products.map((productId) => [productId, scopesFor([policy])] as const));
    let isGood = true;
    try {
      await checkCloud(link, wanted, abortOnExitSignals(), (finding) => {
        isGood &&= finding.state !== 'bad';
        const code = finding.code === undefined ? '' : ` [${finding.code}]`;
        output.result(finding, `${MARK[finding.state]}  ${finding.about.padEnd(10)}  ${finding.sentence}${code}`);
      });
    } finally {
      link.close();
    }
    return isGood ? EXIT.good : EXIT.bad;
  } catch (thrown) {
    if (!(thrown instanceof StationError)) throw thrown;
    return output.failed(failureOf(thrown));
  }
}
