import * as messages from '../../../src-main/protocol/control-messages.ts';
import { CONTROL_REQUEST, RESULT } from '../../../src-main/protocol/control-requests.ts';
import type { VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import type { UsbHost } from './usb-host.ts';

/** Requests 250, 253 and 251 as the vendor's library sends them; the first result that is not 0 is the answer. */
export async function sendUpdate(host: UsbHost, image: Uint8Array, validateOnly = false): Promise<number> {
  const start = await startUpdate(host, image.length);
  if (start !== RESULT.ok) return start;
  for (let at = 0; at < image.length; at += 1024) {
    const result = await sendData(host, image.subarray(at, at + 1024));
    if (result !== RESULT.ok) return result;
  }
  return finishUpdate(host, validateOnly);
}

export async function startUpdate(host: UsbHost, size: number): Promise<number> {
  const request = messages.startFirmwareUpdateRequest.encode({ size, format: 0 });
  return (await host.request(CONTROL_REQUEST.startFirmwareUpdate, request)).result;
}

export async function sendData(host: UsbHost, data: Uint8Array): Promise<number> {
  const request = messages.firmwareUpdateDataRequest.encode({ data });
  return (await host.request(CONTROL_REQUEST.firmwareUpdateData, request)).result;
}

export async function finishUpdate(host: UsbHost, validateOnly = false): Promise<number> {
  const request = messages.finishFirmwareUpdateRequest.encode({ validateOnly });
  return (await host.request(CONTROL_REQUEST.finishFirmwareUpdate, request)).result;
}

/** Resolves when the unit has restarted and is up again, in any mode that answers requests. */
export async function backUp(unit: VirtualUnit): Promise<void> {
  await unit.whenMode('restarting', { timeoutMs: 5000 });
  await upAgain(unit);
}

/** Resolves when the unit is in a mode that a host sees. */
export function upAgain(unit: VirtualUnit): Promise<unknown> {
  const modes = ['normal', 'listening', 'safe', 'dfu'] as const;
  return Promise.any(modes.map((mode) => unit.whenMode(mode, { timeoutMs: 5000 })));
}

/** The modules a unit reports over request 90, as `function/index` numbers, version, hash and check flags. */
export async function reported(host: UsbHost) {
  const { modules } = messages.getModuleInfoReply.decode((await host.request(CONTROL_REQUEST.moduleInfo)).data);
  return modules.map(({ type, index, version, passedFlags, hash, size }) => ({
    what: `${type}/${index}`,
    version,
    passedFlags,
    size,
    sha256: Buffer.from(hash ?? []).toString('hex'),
  }));
}
