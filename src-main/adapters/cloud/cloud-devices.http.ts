import type { CloudDevices } from '../../ports/cloud-devices.ts';
import type { Send } from './cloud-sender.ts';
import { deviceChanges } from './device-changes.ts';
import { claimCalls } from './device-claims.ts';
import { deviceDepartures } from './device-departures.ts';
import { deviceViews } from './device-views.ts';

/** Devices of a product over HTTP (cloud-api.md 2.3 to 2.7); rejections as in ports/cloud-devices.ts. */
export function cloudDevices(send: Send): CloudDevices {
  return { ...deviceViews(send), ...deviceChanges(send), ...claimCalls(send), ...deviceDepartures(send) };
}
