import type { FlashLimit } from '../../src-main/domain/snapshot.ts';
import { useScreen } from '../frame/screen.ts';
import styles from './FlashLimits.module.css';
import { useSlotCommand } from './use-slot-command.ts';

const CHOICES = [1, 2, 3, 4, 6, 8, 12, 16];
const ALL = 'all';

/** How many units are flashed at once, on the whole station and behind one hub; until the station ends. */
export function FlashLimits({ limit }: { limit: FlashLimit }) {
  const { words } = useScreen().dictionary;
  const command = useSlotCommand();
  const choose = (where: keyof FlashLimit, text: string): void => {
    const { [where]: _before, ...other } = limit;
    void command('limitFlashes', text === ALL ? other : { ...other, [where]: Number(text) });
  };
  const titles = { station: words.flashesOnStation, perHub: words.flashesPerHub } as const;
  return (
    <fieldset className={styles.limits}>
      {(['station', 'perHub'] as const).map((where) => (
        <label key={where} className={styles.limit}>
          {titles[where]}
          <select value={limit[where] ?? ALL} onChange={(event) => choose(where, event.target.value)}>
            <option value={ALL}>{words.noLimit}</option>
            {choicesWith(limit[where]).map((flashes) => (
              <option key={flashes} value={flashes}>
                {flashes}
              </option>
            ))}
          </select>
        </label>
      ))}
    </fieldset>
  );
}

/** The usual numbers, and the one that holds now. */
function choicesWith(present: number | undefined): readonly number[] {
  const all = new Set([...CHOICES, ...(present === undefined ? [] : [present])]);
  return [...all].sort((one, other) => one - other);
}
