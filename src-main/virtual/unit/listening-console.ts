import { identityReply, macReply, modulesReply, versionReply } from './console-replies.ts';
import type { SystemEra } from './device-os-era.ts';
import type { Session, UnitHardware } from './unit-hardware.ts';
import { CLAIM_CODE_BYTES } from './unit-settings.ts';

/**
 * The serial console of listening mode (device-usb.md 4): one character is one command, answered when its turn comes; unknown
 * characters are ignored. Outside of listening mode bytes go to the application, which takes no notice.
 */
export class ListeningConsole {
  readonly #hardware: UnitHardware;
  readonly #session: Session;
  readonly #era: SystemEra;
  readonly #write: (text: string) => Promise<void>;
  #input: number[] = [];
  #isBusy = false;
  #line: { readonly take: (line: string) => Promise<void>; text: string } | undefined;

  constructor(hardware: UnitHardware, session: Session, era: SystemEra, write: (text: string) => Promise<void>) {
    this.#hardware = hardware;
    this.#session = session;
    this.#era = era;
    this.#write = write;
  }

  /** True while the small receive buffer is full: further bytes are refused by NAK (device-usb.md 2.3). */
  get isFull(): boolean {
    return this.#input.length >= RECEIVE_BYTES;
  }

  /** Bytes from the host. Resolves when every command in them is answered. */
  async receive(bytes: Uint8Array): Promise<void> {
    if (!this.#isActive()) return;
    this.#input.push(...bytes);
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let byte = this.#input.shift(); byte !== undefined; byte = this.#input.shift()) {
      if (this.#session.power.aborted || !this.#isActive()) break;
      if (this.#line === undefined) await this.#command(String.fromCharCode(byte));
      else await this.#edit(byte);
    }
    this.#input = [];
    this.#isBusy = false;
  }

  #isActive(): boolean {
    const isProtected = this.#era.hasProtection && this.#hardware.faults.has('protected');
    return this.#session.isListening() && !isProtected && !this.#hardware.faults.has('silent');
  }

  async #command(letter: string): Promise<void> {
    const { settings, clock } = this.#hardware;
    const era = this.#era;
    switch (letter) {
      case 'i':
        return this.#write(await identityReply(this.#hardware, era, this.#session.power));
      case 's':
        return this.#write(await modulesReply(this.#hardware, this.#session, era));
      case 'v':
        return this.#write(versionReply(era));
      case 'm':
        return this.#write(macReply(this.#hardware));
      case 'x':
        return this.#session.setListening(false);
      case 'L':
        if (era.consoleHasListenCommand) this.#session.restart({ into: 'safe', listening: true });
        return;
      case 'c':
        if (era.consoleHasClaimCommands) await this.#write('Device claimed: no\r\n');
        return;
      case 'C':
        if (!era.consoleHasClaimCommands) return;
        await this.#write('Enter 63-digit claim code: ');
        this.#line = { text: '', take: (line) => this.#setClaimCode(line, settings) };
        return;
      case 'd':
        if (era.consoleHasDiagnostics)
          await this.#write(`${JSON.stringify({ 'sys:uptime': seconds(clock.now()) })}\r\n`);
        return;
      case 'f':
        await this.#write("Waiting for the binary file to be sent ... (press 'a' to abort)\r\n");
        if (era.consoleHasYmodem) return;
        await clock.sleep(100, this.#session.power);
        return this.#write('\x18\x18\x18\x18Serial/YModem flashing is no longer supported\r\n');
      default:
        return;
    }
  }

  /** Inside a prompt: input is echoed, backspace edits, CR or LF ends it and the rest is thrown away. */
  async #edit(byte: number): Promise<void> {
    const line = this.#line;
    if (line === undefined) return;
    if (byte === 13 || byte === 10) {
      this.#line = undefined;
      this.#input = [];
      await this.#write('\r\n');
      return line.take(line.text);
    }
    if (byte === 8 || byte === 127) {
      if (line.text.length > 0) await this.#write('\b \b');
      line.text = line.text.slice(0, -1);
      return;
    }
    line.text += String.fromCharCode(byte);
    await this.#write(String.fromCharCode(byte));
  }

  async #setClaimCode(code: string, settings: UnitHardware['settings']): Promise<void> {
    if (code.length !== CLAIM_CODE_BYTES) {
      return this.#write(`Sorry, claim code is not ${CLAIM_CODE_BYTES} characters long. Claim code unchanged.\r\n`);
    }
    settings.claimCode = code;
    return this.#write(`Claim code set to: ${code}\r\n`);
  }
}

const RECEIVE_BYTES = 257;

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
