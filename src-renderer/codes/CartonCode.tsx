import { useState } from 'react';
import { useScreen } from '../frame/screen.ts';
import { Barcode } from './Barcode.tsx';
import styles from './CartonCode.module.css';
import { cartonCode } from './carton-code.ts';

/** Makes the code that opens a carton, for a name that is typed here; it goes onto the carton and is scanned when that is begun. */
export function CartonCode() {
  const { words } = useScreen().dictionary;
  const [name, setName] = useState('');
  const code = cartonCode(name);
  return (
    <section className={styles.carton} data-made={code !== undefined} aria-labelledby="carton-code">
      <h3 id="carton-code">{words.cartonCode}</h3>
      <p>{words.cartonCodeMeans}</p>
      <label className={styles.field}>
        {words.carton}
        <input type="text" maxLength={40} value={name} onChange={(event) => setName(event.target.value)} />
        <small data-wrong={name !== '' && code === undefined}>{words.cartonNameRule}</small>
      </label>
      {code !== undefined && (
        <div className={styles.code}>
          <Barcode text={code} />
          <code>{code}</code>
        </div>
      )}
    </section>
  );
}
