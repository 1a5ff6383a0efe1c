/** What is written once into a unit at the factory (device-usb.md 1.3). */
export type UnitIdentity = {
  /** 24 lower-case hex digits. */
  readonly deviceId: string;
  /** 15 printable characters, or undefined for blank one-time memory. */
  readonly serialNumber: string | undefined;
  /** RTL872x: model variant in one-time memory; 1 on a P2 makes it a Photon 2 (device-usb.md 1.1). */
  readonly hardwareVariant?: number;
  /** 15 characters, nRF and later only. A secret: it leaves the unit through the console's `i` alone. */
  readonly mobileSecret: string | undefined;
};
