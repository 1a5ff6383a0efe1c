import type { RunRecord } from '../../src-main/domain/run-record.ts';
import { useScreen } from '../frame/screen.ts';
import { Evidence } from './Evidence.tsx';
import styles from './RunFacts.module.css';

/** What is known of the unit and what the run was asked to do. What no step learnt is left out. */
export function RunFacts({ run }: { run: RunRecord }) {
  const { words } = useScreen().dictionary;
  const { begun, ended } = run;
  const { recipe } = begun;
  const unit = ended?.unit ?? {};
  const facts: readonly (readonly [string, string | undefined])[] = [
    [words.serialNumber, unit.serialNumber],
    [words.deviceId, unit.deviceId],
    ['IMEI', unit.imei],
    ['ICCID', unit.iccid],
    ['SIM', unit.sim],
    [words.platform, unit.platform],
    ['Device OS', unit.deviceOs],
    [words.productBinary, unit.productBinarySha256],
    [words.membership, unit.membership],
    [words.label, begun.label.value],
    [words.recipe, `${recipe.name} (${recipe.sha256.slice(0, 12)}…)`],
    [words.product, `${recipe.productId} v${recipe.productVersion}, ${recipe.platform}, Device OS ${recipe.deviceOs}`],
    [words.batch, begun.batch],
    [words.station, `${begun.station}, ${words.slot(begun.slot)}`],
    [words.run, begun.runId],
  ];
  return (
    <>
      <dl className={styles.facts}>
        {facts.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name} className={styles.fact} data-long={value.length > 40}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {unit.modules !== undefined && <Evidence title={words.modules} json={{ modules: unit.modules }} />}
    </>
  );
}
