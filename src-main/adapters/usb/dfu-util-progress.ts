import type { FlashProgress } from '../../ports/flasher.ts';

const BARS: Readonly<Record<string, FlashProgress['phase']>> = { Erase: 'erase', Download: 'write' };

const PHASES: readonly FlashProgress['phase'][] = ['erase', 'write'];

/**
 * Reads progress out of dfu-util's bars: `Erase   ⇥[====     ]  40%        16384 bytes` and `Erase    done.` (device-usb.md 7.2).
 * What is reported never goes back: neither within a phase nor to an earlier phase, and never beyond `totalBytes`.
 */
export function createProgressReader(
  totalBytes: number,
  report: ((progress: FlashProgress) => void) | undefined,
): { readonly read: (line: string) => void } {
  let phaseAt = -1;
  let doneBytes = -1;
  return {
    read(line) {
      const bar = readBar(line, totalBytes);
      if (bar === undefined) return;
      const at = PHASES.indexOf(bar.phase);
      if (at < phaseAt) return;
      if (at > phaseAt) doneBytes = -1;
      phaseAt = at;
      const done = Math.min(totalBytes, bar.doneBytes);
      if (done <= doneBytes) return;
      doneBytes = done;
      report?.({ phase: bar.phase, doneBytes: done, totalBytes });
    },
  };
}

function readBar(
  line: string,
  totalBytes: number,
): { readonly phase: FlashProgress['phase']; readonly doneBytes: number } | undefined {
  const drawn = /^(Erase|Download) *\t\[[= ]*\] *\d{1,3}% +(\d{1,12}) bytes/.exec(line);
  const ended = /^(Erase|Download) +done\.$/.exec(line);
  const phase = BARS[drawn?.[1] ?? ended?.[1] ?? ''];
  if (phase === undefined) return undefined;
  return { phase, doneBytes: drawn === null ? totalBytes : Number(drawn[2]) };
}
