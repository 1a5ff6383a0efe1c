import { sentences } from '../../../src-main/domain/failure.ts';
import { BUSY_MS, STALL_MS } from '../../../src-main/procedure/flash/flash-visit.ts';
import { CLOUD_FAULTS } from '../../../src-main/virtual/cloud/cloud-faults.ts';
import { FAULTS } from '../../../src-main/virtual/unit/faults.ts';
import { FAULT_ROWS, type FaultRow } from './fault-rows.ts';

/** The text of docs/faults.md: written from the very table that the tests run. */
export function faultsDocument(): string {
  const unitFaults = Object.entries(FAULTS).map(([name, fault]) => {
    const number = 'number' in fault ? `\`=${fault.number}\`` : '';
    return `| \`${name}\` | ${number} | ${fault.does} |`;
  });
  const cloudFaults = Object.entries(CLOUD_FAULTS).map(([name, fault]) => {
    const value = 'value' in fault ? `\`=${fault.value.otherwise}\` (${fault.value.means})` : '';
    return `| \`${name}\` | ${value} | ${fault.what} |`;
  });
  return [
    '# Faults',
    '',
    'What can go wrong with a unit, how its run ends, and what the operator is told. Every row of the first table is a test:',
    '`test/unit/faults/fault-rows.ts` is the table, `scripts/write-fault-table.ts` writes this page from it.',
    '',
    'In every row the record holds the run with its label and recipe, every step up to the one named here with what it learnt, the',
    'failure with its evidence, and the teardown; the chain is intact and the mobile secret is nowhere. Besides these, the station is',
    'killed in each of its steps (`killed-station.test.ts`): the next start closes the run as ERROR `run/interrupted`. A unit that was cut off',
    'is completed in any slot (`whole-update.test.ts`, `resumed-unit.test.ts`).',
    '',
    '## When it gives up',
    '',
    'A fault that a second try can mend is tried again within the run, from a clean state, and never without end:',
    '',
    '| what | given up after | tries | where it says so |',
    '| --- | --- | --- | --- |',
    ...GIVING_UP.map(([what, time, tries, where]) => `| ${what} | ${time} | ${tries} | \`${where}\` |`),
    '',
    '## What goes wrong and how it ends',
    '',
    '| what goes wrong | outcome | code | in step | the operator is told |',
    '| --- | --- | --- | --- | --- |',
    ...FAULT_ROWS.filter((row) => row.holds === undefined).map(rowOf),
    '',
    '## Faults to rehearse with',
    '',
    '`linewright run --virtual boron --fault boron:NAME`, `--fault 1:NAME=NUMBER` for the unit in slot 1; on a virtual line the same names are',
    'in the strip at the bottom of the screen.',
    '',
    '| name | number | what the unit does |',
    '| --- | --- | --- |',
    ...unitFaults,
    '',
    '`--fault cloud:NAME`, `cloud:NAME=VALUE`, `cloud:NAME*COUNT` for so many requests, `cloud:NAME@ENDPOINT` for one endpoint only.',
    '',
    '| name | value | what the cloud does |',
    '| --- | --- | --- |',
    ...cloudFaults,
    '',
  ].join('\n');
}

/** What the constants say, in words; each row names the file that has them. */
const GIVING_UP = [
  [
    'a unit that answers nothing when it is asked who it is',
    '10 s for each request',
    '2',
    'procedure/steps/identify.ts',
  ],
  ['an update by request, restart included', '4 min', '2', 'procedure/update/send-update.ts'],
  ['the way into DFU mode', '15 s for each way, 60 s in all', '2', 'procedure/steps/enter-dfu.ts'],
  [
    'a write without progress',
    `${STALL_MS / 1000} s, and ${BUSY_MS / 1000} s more until the unit is at rest`,
    '3, each from what is really in the flash',
    'procedure/flash/flash-visit.ts',
  ],
  ['a write that reads back differently', 'at once', '2', 'procedure/flash/write-module.ts'],
  ['a unit that does not leave DFU mode', '10 s', '2', 'procedure/steps/restart.ts'],
  ['a unit that does not come back', '75 s', '1', 'procedure/steps/restart.ts'],
  ['a unit that restarts while its firmware is checked', '30 s for each restart', '3', 'procedure/steps/prove.ts'],
  [
    'everything else of the DFU visit together',
    '10 min, the wait for a turn not counted',
    '1',
    'procedure/steps/flash-firmware.ts',
  ],
] as const;

function rowOf(row: FaultRow): string {
  const story = row.platform === undefined || row.story.includes('(') ? row.story : `${row.story} (${row.platform})`;
  const told = row.code === undefined ? '' : `${sentences(row.code).operator} ${sentences(row.code).next}`;
  const code = row.code === undefined ? (row.outcome === 'PASS' ? '' : 'prove/…') : `\`${row.code}\``;
  return `| ${story} | ${row.outcome} | ${code} | ${[row.step ?? ''].flat().join(' or ')} | ${told} |`;
}
