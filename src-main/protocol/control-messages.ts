import { bytes, fixed, flag, list, message, nested, optional, text, uint } from './protobuf-message.ts';

// Field numbers and meanings: device-usb.md 5.3 and 5.4.

export const getDeviceIdReply = message({ id: text(1) });
export const getSerialNumberReply = message({ serial: text(1) });
export const getSystemVersionReply = message({ version: text(1) });
export const getSystemCapabilitiesReply = message({ flags: uint(1) });

/** mode: 0 normal (the payload is then empty), 1 listening. */
export const getDeviceModeReply = message({ mode: uint(1) });
export const setSetupDoneRequest = message({ done: flag(1) });
export const isSetupDoneReply = message({ done: flag(1) });
export const getProtectedStateReply = message({ state: flag(1), overridden: flag(2) });

export const setClaimCodeRequest = message({ code: text(1) });
export const isClaimedReply = message({ claimed: flag(1) });

/** format: 0 BIN is the only one units accept. */
export const startFirmwareUpdateRequest = message({ size: uint(1), format: uint(2) });
export const startFirmwareUpdateReply = message({ chunkSize: uint(1) });
export const firmwareUpdateDataRequest = message({ data: bytes(1) });
export const finishFirmwareUpdateRequest = message({ validateOnly: flag(1) });

/** status: 0 disconnected, 1 connecting, 2 connected, 3 disconnecting. */
export const getConnectionStatusReply = message({ status: uint(1) });

const interfaceEntry = message({ index: uint(1), name: text(2), type: uint(3) });
export const getInterfaceListReply = message({ interfaces: list(1, interfaceEntry) });

/** imei since Device OS 5.8.0. */
export const getIccidReply = message({ iccid: text(1), imei: optional(text(2)) });

const moduleDependency = message({ type: uint(1), index: uint(2), version: uint(3) });
const asset = message({ hash: bytes(1), name: text(2), size: uint(3), storageSize: uint(4) });

/** One module as firmware since 5.6.0 reports it; `type` counts as the module prefix does. */
const firmwareModule = message({
  type: uint(1),
  index: uint(2),
  version: uint(3),
  store: uint(4),
  maxSize: uint(5),
  checkedFlags: fixed(6),
  passedFlags: fixed(7),
  hash: optional(bytes(8)),
  dependencies: list(9, moduleDependency),
  assetDependencies: list(10, asset),
  size: uint(11),
  security: nested(12, message({ mode: uint(1), fingerprint: bytes(2) })),
});

/** One module as firmware up to 5.5 reports it; `type` has an enum of its own, `validity` has failure bits. */
const firmwareModuleDeprecated = message({
  type: uint(1),
  index: uint(2),
  version: uint(3),
  size: uint(4),
  validity: uint(5),
  dependencies: list(6, moduleDependency),
});

export const getModuleInfoReply = message({
  modulesDeprecated: list(1, firmwareModuleDeprecated),
  modules: list(2, firmwareModule),
});

export const getAssetInfoReply = message({ available: list(1, asset), required: list(2, asset) });
