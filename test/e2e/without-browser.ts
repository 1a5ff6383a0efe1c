import { readdirSync } from 'node:fs';
import { it } from 'vitest';
import { HOW_TO_GET_CHROMIUM } from './find-chromium.ts';

// Runs instead of the browser tests where there is no Chromium, so that they are skipped by name and counted (vitest.config.ts).
for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.e2e.ts'))) {
  it.skip(`${file} needs Chromium: ${HOW_TO_GET_CHROMIUM}`);
}
