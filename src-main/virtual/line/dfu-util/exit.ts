/** Exit codes of dfu-util (sysexits.h; device-usb.md 7.4). */
export const EXIT = {
  ok: 0,
  usage: 64,
  badData: 65,
  noInput: 66,
  software: 70,
  cannotCreate: 73,
  io: 74,
  protocol: 76,
} as const;

/** Ends the program with this code; the message, if any, goes to stderr as it is. */
export class ProgramExit extends Error {
  override readonly name = 'ProgramExit';
  readonly code: number;

  constructor(code: number, message = '') {
    super(message);
    this.code = code;
  }
}

/** Where the program prints. Texts are written as they are, without a line end of their own. */
export type Print = { out(text: string): void; err(text: string): void };

/** One line on stderr with the program's name before it, as every warning of dfu-util has. */
export function warning(text: string): string {
  return `dfu-util: ${text}\n`;
}

/** Ends the program with a named message on stderr. */
export function exitWith(code: number, text: string): ProgramExit {
  return new ProgramExit(code, warning(text));
}
