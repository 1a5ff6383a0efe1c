import { createHttpCloudAccounts } from './adapters/cloud/cloud-accounts.http.ts';
import type { HttpCloudSettings } from './adapters/cloud/cloud-sender.ts';
import { createLookUpBudget } from './adapters/cloud/look-up-budget.ts';
import { createHttpProductCloud } from './adapters/cloud/product-cloud.http.ts';
import type { ProductClouds } from './station/product-desk.ts';

/** A product of the cloud over HTTP: by the station's own token, and by that of a supervisor who signs in, over the same network. */
export function productClouds(settings: HttpCloudSettings): ProductClouds {
  const { token: _own, ...way } = settings;
  // The cloud counts look-ups by account: signing in again must not begin a new hour.
  const lookUps = createLookUpBudget();
  return {
    own: createHttpProductCloud(settings),
    openWith: (token) => createHttpProductCloud({ ...way, token, lookUps }),
    accounts: createHttpCloudAccounts(way),
  };
}
