import { playSound } from '../sound/play-sound.ts';
import styles from './SoundButton.module.css';
import { useScreen } from './screen.ts';

/** Turns the sounds on and off; turning them on plays one, so one hears that it works. */
export function SoundButton() {
  const { sound, setSound, dictionary } = useScreen();
  const label = sound ? dictionary.words.soundOn : dictionary.words.soundOff;
  const toggle = (): void => {
    setSound(!sound);
    if (!sound) playSound('PASS');
  };
  return (
    <button
      type="button"
      className={styles.button}
      aria-pressed={sound}
      aria-label={label}
      title={label}
      onClick={toggle}
    >
      <svg
        viewBox="0 0 24 24"
        width="24"
        height="24"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
      >
        <path d="M4 9v6h4l5 4V5L8 9z" fill="currentColor" />
        {sound ? <path d="M16 8.5a5 5 0 0 1 0 7M18.5 6a9 9 0 0 1 0 12" /> : <path d="m16 9 6 6m0-6-6 6" />}
      </svg>
    </button>
  );
}
