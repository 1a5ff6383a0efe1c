import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { findChromium } from './test/e2e/find-chromium.ts';

const browserTests = findChromium() === undefined ? 'test/e2e/without-browser.ts' : 'test/e2e/**/*.e2e.ts';

/** What a test waits for comes when it comes: on a busy computer the second that `expect.poll` gives by itself is no time. */
const patient = { poll: { timeout: 30_000 } };

export default defineConfig({
  test: {
    // Most of a test is waiting for virtual chips and sockets: one worker on two processors leaves both idle half of the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: patient,
        },
      },
      { test: { name: 'e2e', include: [browserTests], testTimeout: 90_000, hookTimeout: 90_000, expect: patient } },
      {
        // One virtual machine at a time: two of them, each on one of two processors, take a fifth longer than one after the other.
        test: {
          name: 'vm',
          include: ['test/vm/**/*.vm.ts'],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
