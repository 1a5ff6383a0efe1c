import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const HOW_TO_GET_CHROMIUM = 'apt-get install -y --no-install-recommends chromium';

/** Where the browser of the tests is; the first place that has one, or what `LINEWRIGHT_CHROMIUM` names. Undefined when there is none. */
export function findChromium(): string | undefined {
  return process.env.LINEWRIGHT_CHROMIUM ?? PLACES.find((place) => existsSync(place));
}
