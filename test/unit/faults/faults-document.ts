import { sentences } from '../../../src-main/domain/failure.ts';
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
    'killed in each of its twelve steps (`killed-station.test.ts`): the next start closes the run as ERROR `run/interrupted`.',
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

function rowOf(row: FaultRow): string {
  const story = row.platform === undefined || row.story.includes('(') ? row.story : `${row.story} (${row.platform})`;
  const told = row.code === undefined ? '' : `${sentences(row.code).operator} ${sentences(row.code).next}`;
  const code = row.code === undefined ? (row.outcome === 'PASS' ? '' : 'prove/…') : `\`${row.code}\``;
  return `| ${story} | ${row.outcome} | ${code} | ${[row.step ?? ''].flat().join(' or ')} | ${told} |`;
}
