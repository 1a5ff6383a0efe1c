import type { RunRecord } from '../../src-main/domain/run-record.ts';
import { useScreen } from '../frame/screen.ts';
import { Evidence } from './Evidence.tsx';
import { Facts } from './Facts.tsx';
import type { Fact } from './fact.ts';

/** What is known of the unit and what the run was asked to do. What no step learnt is left out. */
export function RunFacts({ run }: { run: RunRecord }) {
  const { words } = useScreen().dictionary;
  const { begun, ended } = run;
  const { recipe } = begun;
  const unit = ended?.unit ?? {};
  const facts: readonly Fact[] = [
    [words.serialNumber, unit.serialNumber],
    [words.deviceId, unit.deviceId],
    ['IMEI', unit.imei],
    ['ICCID', unit.iccid],
    ['SIM', inWords(unit.sim, words.simsLearnt)],
    [words.platform, unit.platform],
    ['Device OS', unit.deviceOs],
    [words.productBinary, unit.productBinarySha256],
    [words.membership, inWords(unit.membership, words.memberships)],
    [words.label, begun.label.value],
    [words.recipe, `${recipe.name} (${recipe.sha256.slice(0, 12)}…)`],
    [words.product, `${recipe.productId} v${recipe.productVersion}, ${recipe.platform}, Device OS ${recipe.deviceOs}`],
    [words.batch, begun.batch],
    [words.station, `${begun.station}, ${words.slot(begun.slot)}`],
    [words.run, begun.runId],
  ];
  return (
    <>
      <Facts facts={facts} />
      {unit.modules !== undefined && <Evidence title={words.modules} json={{ modules: unit.modules }} />}
    </>
  );
}

/** A word of the station in the language of the screen; one that the dictionaries do not know, as it is. */
function inWords(value: string | undefined, words: Readonly<Record<string, string>>): string | undefined {
  return value !== undefined && Object.hasOwn(words, value) ? words[value] : value;
}
