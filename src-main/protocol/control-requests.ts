/** Request types of the control channel that the station or the referee tools use (device-usb.md 5.3). */
export const CONTROL_REQUEST = {
  echo: 1,
  appCustom: 10,
  deviceId: 20,
  serialNumber: 21,
  systemVersion: 30,
  ncpFirmwareVersion: 31,
  systemCapabilities: 32,
  reset: 40,
  factoryReset: 41,
  enterDfu: 50,
  safeMode: 60,
  startListening: 70,
  stopListening: 71,
  deviceMode: 72,
  setSetupDone: 73,
  isSetupDone: 74,
  setStartupMode: 75,
  protectedState: 76,
  setProtectedState: 77,
  moduleInfo: 90,
  assetInfo: 91,
  diagnostics: 100,
  setClaimCode: 200,
  isClaimed: 201,
  startNyan: 230,
  stopNyan: 231,
  startFirmwareUpdate: 250,
  finishFirmwareUpdate: 251,
  cancelFirmwareUpdate: 252,
  firmwareUpdateData: 253,
  connectionStatus: 300,
  connect: 301,
  disconnect: 302,
  interfaceList: 400,
  interface: 401,
  setAccessPoint: 550,
  getAccessPoint: 551,
  setActiveSim: 552,
  getActiveSim: 553,
  iccid: 554,
} as const;

/** Service requests, bRequest (device-usb.md 5.1). */
export const SERVICE = { init: 1, check: 2, send: 3, receive: 4, reset: 5 } as const;

/** bRequest of the raw vendor requests; wIndex is then the request type (device-usb.md 5.5). */
export const RAW_REQUEST = 0x50;

/** bmRequestType of both kinds: vendor, recipient device. */
export const VENDOR_IN = 0xc0;
export const VENDOR_OUT = 0x40;

/** wLength of INIT, CHECK and RESET; the unit stalls anything shorter (device-usb.md 5.1). */
export const SERVICE_REPLY_LENGTH = 64;

/** Largest single SEND or RECV transfer (device-usb.md 5.2). */
export const CHUNK_BYTES = 4096;

/** Largest payload of a request or reply: the size of INIT is 16 bits. */
export const MAX_PAYLOAD_BYTES = 0xffff;

/** A payload above this is not taken at once: INIT answers PENDING (device-usb.md 5.2). */
export const POOLED_PAYLOAD_BYTES = 64;

export const SERVICE_STATUS = { ok: 0, error: 1, pending: 2, busy: 3, noMemory: 4, notFound: 5 } as const;

/** Result codes of a request (device-usb.md 5.6). */
export const RESULT = {
  ok: 0,
  unknown: -100,
  busy: -110,
  notSupported: -120,
  notAllowed: -130,
  cancelled: -140,
  aborted: -150,
  timeout: -160,
  notFound: -170,
  alreadyExists: -180,
  tooLarge: -190,
  limitExceeded: -200,
  invalidState: -210,
  flashIo: -219,
  io: -220,
  network: -230,
  protocol: -240,
  internal: -250,
  noMemory: -260,
  invalidArgument: -270,
  badData: -280,
  outOfRange: -290,
  deprecated: -300,
  modemNotOk: -1200,
  modemUnexpectedAnswer: -1210,
  moduleNotFound: -1300,
  moduleFormatNotSupported: -1310,
  moduleValidation: -1320,
  moduleIntegrity: -1330,
  moduleDependency: -1340,
  moduleAddress: -1350,
  moduleSize: -1351,
  modulePlatform: -1360,
  moduleFormat: -1370,
  updatesDisabled: -1380,
  ota: -1390,
  protected: -1801,
  keyMismatch: -1802,
  badSignature: -1803,
} as const;
