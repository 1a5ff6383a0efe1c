import { prepareReferee } from '../test/vm/lab/referee.ts';

// Brings the vendor's command line into .cache before the tests: its firmware images are what the parser is held against. Without the
// registry the tests that need it are skipped by name.
try {
  await prepareReferee();
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : thrown}\n`);
}
