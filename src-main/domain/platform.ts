/** The word list of platforms lives here; filled by the platform table of device-usb.md 1.1. */
export type Mcu = 'stm32f2xx' | 'nrf52840' | 'rtl872x';

/** A Particle platform, told by USB product ID and never by SKU or label (device-usb.md 1.1). */
export type Platform = {
  readonly id: number;
  readonly name: PlatformName;
  readonly displayName: string;
  readonly mcu: Mcu;
  readonly isCellular: boolean;
};

export type PlatformName =
  | 'photon'
  | 'p1'
  | 'electron'
  | 'argon'
  | 'boron'
  | 'esomx'
  | 'bsom'
  | 'b5som'
  | 'tracker'
  | 'trackerm'
  | 'p2'
  | 'msom';
