import type { BulkCloud } from '../../ports/cloud.ts';
import { createCloudSender, type HttpCloudSettings } from './cloud-sender.ts';
import { deviceCalls } from './device-calls.ts';
import { simCalls } from './sim-calls.ts';

/**
 * The Particle cloud over HTTP (cloud-api.md 2.0 to 2.8). Throws `station/invalid-file` for a base URL that cannot be used;
 * the methods reject as ports/cloud.ts says, and with `run/aborted` (or the caller's own StationError) when aborted.
 *
 * These are the requests of the takt and the outbox. The vendor's SDK has none of `ids`, `import_sims`, `claim_user`, SIM import and SIM
 * read, list filters by serial number, or groups of a device (4.2), so they go beside it as plain requests.
 */
export function createHttpCloud(settings: HttpCloudSettings): BulkCloud {
  const send = createCloudSender(settings);
  return { ...deviceCalls(send), ...simCalls(send) };
}
