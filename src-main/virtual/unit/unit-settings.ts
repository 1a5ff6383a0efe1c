/** Size of the configuration area that alternate setting 1 shows (device-usb.md 6.5). */
export const DCT_BYTES = 16 * 1024;

/**
 * The configuration area (DCT): byte-granular, no erase needed. On nRF it is a file in external flash, on Gen 2 an emulation on
 * two sectors; either way a host sees plain bytes.
 */
export class UnitSettings {
  readonly bytes = new Uint8Array(DCT_BYTES).fill(0xff);

  /** nRF below Device OS 4.0 boots into listening mode until this is 1 (firmware-modules.md 6.3). */
  get isSetupDone(): boolean {
    return this.bytes[SETUP_DONE_AT] === 1;
  }

  set isSetupDone(done: boolean) {
    this.bytes[SETUP_DONE_AT] = done ? 1 : 0;
  }

  /** The mark that tells the bootloader to apply what lies in the update slot (device-usb.md 6.8). */
  get hasPendingUpdate(): boolean {
    return this.bytes[UPDATE_FLAG_AT] === PENDING;
  }

  set hasPendingUpdate(pending: boolean) {
    this.bytes[UPDATE_FLAG_AT] = pending ? PENDING : 0xff;
  }

  /**
   * A copy the master boot record of nRF52 units has been told to make, in bytes: it is repeated until it is done, whatever the power does.
   * It stands in a page of its own and not among the settings.
   */
  masterBootCopyBytes = 0;

  get claimCode(): string | undefined {
    const code = this.bytes.subarray(CLAIM_CODE_AT, CLAIM_CODE_AT + CLAIM_CODE_BYTES);
    return code[0] === 0xff || code[0] === 0 ? undefined : Buffer.from(code).toString('latin1');
  }

  set claimCode(code: string) {
    this.bytes.set(Buffer.from(code.slice(0, CLAIM_CODE_BYTES), 'latin1'), CLAIM_CODE_AT);
  }
}

/** Places in the area (device-usb.md 6.6, firmware-modules.md 3.5). */
const SETUP_DONE_AT = 0x1fc6;
const UPDATE_FLAG_AT = 1753;
const PENDING = 0xa5;
const CLAIM_CODE_AT = 1762;
export const CLAIM_CODE_BYTES = 63;
