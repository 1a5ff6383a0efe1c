import type { JsonObject } from '../../src-main/domain/json.ts';
import styles from './Evidence.module.css';

/** Recorded JSON, folded until someone wants it. */
export function Evidence({ title, json, open = false }: { title: string; json: JsonObject; open?: boolean }) {
  return (
    <details className={styles.evidence} open={open}>
      <summary className={styles.title}>{title}</summary>
      <pre className={styles.json} lang="en">
        {JSON.stringify(json, null, 2)}
      </pre>
    </details>
  );
}
