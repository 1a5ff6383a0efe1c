import type { UsbUnit } from './usb-bus.ts';

/** Options every wait takes. */
export type WaitOptions = { readonly timeoutMs: number; readonly signal: AbortSignal };

/**
 * The serial console of a unit in listening mode (device-usb.md 4) and the baud touches (3.1). The `Device Secret:` line is
 * removed inside the adapter: no caller, log or record ever sees it.
 */
export interface UnitConsole {
  /**
   * Opens the port of this unit (DTR up), sends one letter command and collects lines until `isComplete` says the answer is
   * whole, or until `timeoutMs`. Then closes the port again. A timeout is not an error here: what came is returned
   * (`complete: false`), because "nothing" and "half an answer" are different verdicts. Rejects with `usb/no-console` when the
   * port does not open (`usb/no-permission` when this user may not), `unit/unplugged` when the unit leaves during the wait,
   * `run/aborted` on abort.
   */
  ask(
    unit: UsbUnit,
    letter: ConsoleLetter,
    options: WaitOptions & { readonly isComplete: (lines: readonly string[]) => boolean },
  ): Promise<ConsoleAnswer>;
  /**
   * Sets the line coding to a magic rate: 14400 sends the unit into DFU mode, 28800 (Device OS <= 5.9) into listening mode. Open
   * and close errors are normal, the unit may vanish at once. Works with both readings of usb-lab.md 5 (rate set, then a second
   * change). Does not wait for the effect.
   */
  touch(unit: UsbUnit, baudRate: 14400 | 28800, options: WaitOptions): Promise<void>;
}

/** Letter commands the station uses; all are safe on every Device OS (device-usb.md 4.2). */
export type ConsoleLetter = 'i' | 'v' | 's' | 'x';

export type ConsoleAnswer = {
  /** Lines without line ends, in order, secret removed, non-printable bytes shown as U+FFFD, capped at 64 KiB in all. */
  readonly lines: readonly string[];
  readonly complete: boolean;
  /** True when bytes outside printable ASCII came: line noise or a wrong device. */
  readonly garbled: boolean;
};
