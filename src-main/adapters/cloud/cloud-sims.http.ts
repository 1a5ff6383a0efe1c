import type { CloudSims } from '../../ports/cloud-sims.ts';
import type { Send } from './cloud-sender.ts';
import { simChanges } from './sim-changes.ts';
import { simNetworkStatus } from './sim-network-status.ts';
import { simUsage } from './sim-usage.ts';
import { simViews } from './sim-views.ts';

/** SIMs of a product over HTTP (cloud-api.md 2.8); rejections as in ports/cloud-sims.ts. */
export function cloudSims(send: Send): CloudSims {
  return { ...simViews(send), ...simChanges(send), ...simUsage(send), ...simNetworkStatus(send) };
}
