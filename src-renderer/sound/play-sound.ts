import type { Outcome } from '../../src-main/domain/outcome.ts';

type Tone = { readonly hertz: number; readonly at: number; readonly for: number };

/**
 * A pass rises, a reject is two low tones, a fault of the station falls, a stop is one short tone, a refused scan three quick
 * ones: told apart without looking, and in a noisy hall by rhythm alone. Times in seconds.
 */
const SOUNDS: Readonly<Record<Outcome | 'refused', readonly Tone[]>> = {
  PASS: [
    { hertz: 660, at: 0, for: 0.12 },
    { hertz: 880, at: 0.12, for: 0.12 },
    { hertz: 1320, at: 0.24, for: 0.25 },
  ],
  FAIL: [
    { hertz: 196, at: 0, for: 0.3 },
    { hertz: 196, at: 0.4, for: 0.45 },
  ],
  ERROR: [
    { hertz: 520, at: 0, for: 0.2 },
    { hertz: 390, at: 0.22, for: 0.35 },
  ],
  ABORTED: [{ hertz: 390, at: 0, for: 0.15 }],
  refused: [
    { hertz: 300, at: 0, for: 0.09 },
    { hertz: 300, at: 0.14, for: 0.09 },
    { hertz: 300, at: 0.28, for: 0.09 },
  ],
};

/** Everything is scheduled a little ahead: two sounds at once follow each other rather than drown each other. */
let freeAt = 0;
let audio: AudioContext | undefined;

/**
 * Plays a sound. A browser stays silent until someone has touched the page or a key (a scanner's key counts); a sound before
 * that is lost, never saved up.
 */
export function playSound(sound: Outcome | 'refused'): void {
  audio ??= new AudioContext();
  const context = audio;
  if (context.state !== 'running') {
    void context.resume();
    if (!navigator.userActivation.hasBeenActive) return;
  }
  const start = Math.max(context.currentTime + 0.02, freeAt);
  const tones = SOUNDS[sound];
  for (const tone of tones) playTone(context, tone, start);
  freeAt = start + Math.max(...tones.map((tone) => tone.at + tone.for)) + 0.15;
}

function playTone(context: AudioContext, tone: Tone, start: number): void {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = tone.hertz < 250 ? 'sawtooth' : 'triangle'; // small speakers swallow a low sine
  oscillator.frequency.value = tone.hertz;
  const from = start + tone.at;
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(0.5, from + 0.01);
  gain.gain.setValueAtTime(0.5, from + tone.for - 0.03);
  gain.gain.linearRampToValueAtTime(0, from + tone.for);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(from);
  oscillator.stop(from + tone.for);
}
