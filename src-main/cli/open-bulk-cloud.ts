import { createHttpCloud } from '../adapters/cloud/cloud.http.ts';
import { APP_VERSION } from '../build-station.ts';
import { StationError } from '../domain/failure.ts';
import { openCloudLink } from '../open-cloud-link.ts';
import type { BulkCloud } from '../ports/cloud.ts';
import { readStationFile } from '../station/station-file.ts';
import { readToken } from '../station/token-source.ts';
import { unwrap } from './open-store.ts';

/**
 * Uses the cloud of a station file, without its USB and its record, so beside the running station. Throws `recipe/product-not-allowed`
 * for a product that the station file does not list: a wrong number would put units where nobody gets them out of.
 */
export async function withBulkCloud<Value>(
  stationFile: string,
  productId: number,
  use: (cloud: BulkCloud, dataFolder: string, cloudTime: () => Date | undefined) => Promise<Value>,
): Promise<Value> {
  const file = unwrap(await readStationFile(stationFile));
  if (!file.products.includes(productId)) {
    const detail = `This station may build ${file.products.join(', ')}, not product ${productId}.`;
    throw new StationError('recipe/product-not-allowed', detail);
  }
  await readToken(file.token);
  const link = await openCloudLink(file, APP_VERSION);
  try {
    return await use(createHttpCloud(link.settings), file.data, link.settings.contact.cloudTime);
  } finally {
    link.close();
  }
}
