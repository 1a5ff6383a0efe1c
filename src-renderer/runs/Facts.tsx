import type { Fact } from './fact.ts';
import styles from './RunFacts.module.css';

/** Names and values, as many beside each other as fit; a long value has a line of its own. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
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
  );
}
