import { type PlatformName, platformByName } from '../../../src-main/domain/platform.ts';
import { SERVICE, SERVICE_STATUS } from '../../../src-main/protocol/control-requests.ts';
import { DFU_IN, DFU_OUT, DFU_REQUEST, DFU_STATE, decodeDfuStatus } from '../../../src-main/protocol/dfu.ts';
import { decodeServiceReply } from '../../../src-main/protocol/service-reply.ts';
import { createFactoryUnit, type FactoryUnitOptions } from '../../../src-main/virtual/unit/factory-unit.ts';
import {
  createUnitClock,
  type TransferAnswer,
  type UnitEvent,
  type UnitMode,
  type UsbFunction,
  type UsbSocket,
  type VirtualUnit,
} from '../../../src-main/virtual/unit/virtual-unit.ts';

/** A host with one port: it keeps the present enumeration and asks it as a kernel or libusb would. */
export class UsbHost implements UsbSocket {
  enumerations = 0;
  /** Where the console of the unit is: on RTL872x elsewhere (device-usb.md 2.3). */
  console = { interface: 0, out: 1, in: 1 };
  #current: UsbFunction | undefined;

  attached(usbFunction: UsbFunction): void {
    this.enumerations += 1;
    this.#current = usbFunction;
  }

  detached(): void {
    this.#current = undefined;
  }

  get isEmpty(): boolean {
    return this.#current === undefined;
  }

  get usb(): UsbFunction {
    if (this.#current === undefined) throw new Error('nothing is plugged in');
    return this.#current;
  }

  in(requestType: number, request: number, value: number, index: number, length: number): Promise<TransferAnswer> {
    return this.usb.control({ requestType, request, value, index, length }, new Uint8Array(0));
  }

  out(requestType: number, request: number, value: number, index: number, data: Uint8Array): Promise<TransferAnswer> {
    return this.usb.control({ requestType, request, value, index, length: data.length }, data);
  }

  /** The bytes of an IN transfer that must succeed. */
  async read(requestType: number, request: number, value: number, index: number, length: number): Promise<Uint8Array> {
    return bytesOf(await this.in(requestType, request, value, index, length));
  }

  async descriptor(type: number, index: number, length = 255): Promise<Uint8Array> {
    return this.read(0x80, 6, (type << 8) | index, type === 3 ? 0x0409 : 0, length);
  }

  async string(index: number): Promise<string> {
    return Buffer.from((await this.descriptor(3, index)).subarray(2)).toString('utf16le');
  }

  /** One whole control request: INIT, SEND, CHECK, RECV (device-usb.md 5.2). */
  async request(type: number, payload: Uint8Array = new Uint8Array(0)): Promise<{ result: number; data: Uint8Array }> {
    const init = decodeServiceReply(await this.read(0xc0, SERVICE.init, payload.length, type, 64));
    if (init.id === undefined) throw new Error(`INIT gave status ${init.status}`);
    const id = init.id;
    let status = init.status;
    while (status === SERVICE_STATUS.pending) status = (await this.check(id)).status;
    for (let at = 0; at < payload.length; at += 4096) {
      const chunk = payload.subarray(at, at + 4096);
      const sent = await this.out(0x40, SERVICE.send, 0, id, chunk);
      if (sent.kind !== 'done') throw new Error(`SEND: ${sent.kind}`);
    }
    for (;;) {
      const reply = await this.check(id);
      if (reply.status === SERVICE_STATUS.pending) continue;
      const data =
        reply.size === undefined ? new Uint8Array(0) : await this.read(0xc0, SERVICE.receive, 0, id, reply.size);
      return { result: reply.result ?? 0, data };
    }
  }

  async check(id: number) {
    return decodeServiceReply(await this.read(0xc0, SERVICE.check, 0, id, 64));
  }

  // DFU, as dfu-util does it (device-usb.md 7.3)

  async status() {
    return decodeDfuStatus(await this.read(DFU_IN, DFU_REQUEST.getStatus, 0, 0, 6));
  }

  download(block: number, data: Uint8Array): Promise<TransferAnswer> {
    return this.out(DFU_OUT, DFU_REQUEST.download, block, 0, data);
  }

  /** A DfuSe command with an address, and the two questions after it. */
  async command(byte: number, address: number): Promise<void> {
    const bytes = new Uint8Array(5);
    bytes[0] = byte;
    new DataView(bytes.buffer).setUint32(1, address, true);
    await this.block(0, bytes);
  }

  /** Downloads a block and asks until it is done; throws on a stall or an error state. */
  async block(number: number, data: Uint8Array): Promise<void> {
    const taken = await this.download(number, data);
    if (taken.kind !== 'done') throw new Error(`DNLOAD: ${taken.kind}`);
    const first = await this.status();
    if (first.state !== DFU_STATE.downloadBusy) throw new Error(`state ${first.state} after DNLOAD`);
    const second = await this.status();
    if (second.state !== DFU_STATE.downloadIdle) throw new Error(`state ${second.state}, status ${second.status}`);
  }

  /** Erases the given sectors, then writes in blocks of 4096 bytes, the last at its true length. */
  async flash(address: number, data: Uint8Array, sectorBytes: number): Promise<void> {
    const first = address - (address % sectorBytes);
    for (let at = first; at < address + data.length; at += sectorBytes) await this.command(0x41, at);
    for (let at = 0; at < data.length; at += 4096) {
      await this.command(0x21, address + at);
      await this.block(2, data.subarray(at, at + 4096));
    }
  }

  /** The leave sequence; returns the state of the one question after it. */
  async leave(address: number): Promise<number> {
    await this.out(DFU_OUT, DFU_REQUEST.abort, 0, 0, new Uint8Array(0));
    await this.command(0x21, address);
    await this.download(2, new Uint8Array(0));
    return (await this.status()).state;
  }

  // The serial console, as cdc_acm does it

  async setLineCoding(rate: number): Promise<TransferAnswer> {
    const coding = Uint8Array.of(0, 0, 0, 0, 0, 0, 8);
    new DataView(coding.buffer).setUint32(0, rate, true);
    return this.out(0x21, 0x20, 0, this.console.interface, coding);
  }

  async setDtr(on: boolean): Promise<void> {
    await this.out(0x21, 0x22, on ? 3 : 0, this.console.interface, new Uint8Array(0));
  }

  /** Sends letters and reads until the text ends as wanted. */
  async ask(letters: string, end: string): Promise<string> {
    const { out, in: bulkIn } = this.console;
    await this.usb.transferOut(out, Buffer.from(letters, 'latin1'));
    let text = '';
    while (!text.endsWith(end)) text += Buffer.from(bytesOf(await this.usb.transferIn(bulkIn, 128))).toString('latin1');
    return text;
  }
}

export function bytesOf(answer: TransferAnswer): Uint8Array {
  if (answer.kind !== 'done') throw new Error(`the transfer ended as ${answer.kind}`);
  return answer.data;
}

/** A factory unit with a fast clock and small modules in a host, up in the given mode. */
export async function plugged(
  platform: PlatformName,
  options: FactoryUnitOptions & { readonly mode?: UnitMode } = {},
): Promise<{ unit: VirtualUnit; host: UsbHost }> {
  const host = new UsbHost();
  const unit = createFactoryUnit(platform, { clock: createUnitClock({ speed: 400 }), scale: 0.02, ...options });
  const { mcu, isCellular } = platformByName(platform);
  if (mcu === 'rtl872x') host.console = { interface: 1, out: 2, in: 3 };
  unit.plugInto(host);
  // A Wi-Fi unit knows no network yet, and listens for one.
  await unit.whenMode(options.mode ?? (isCellular ? 'normal' : 'listening'), { timeoutMs: 5000 });
  return { unit, host };
}

/** The same, sent into DFU mode by request 50 or, where there is none, by the baud touch. */
export async function inDfu(
  platform: PlatformName,
  options: FactoryUnitOptions = {},
): Promise<{ unit: VirtualUnit; host: UsbHost }> {
  const { unit, host } = await plugged(platform, options);
  await host.setLineCoding(14_400);
  await unit.whenMode('dfu', { timeoutMs: 5000 });
  return { unit, host };
}

/** Powers a unit and tells how it came up: the first mode that is none of the way there, and why. */
export async function howItStarts(unit: VirtualUnit): Promise<{ mode: string; why: string }> {
  const up = new Promise<UnitEvent & { kind: 'mode' }>((resolve) => {
    unit.observe((event) => {
      if (event.kind === 'mode' && event.mode !== 'restarting' && event.mode !== 'off') resolve(event);
    });
  });
  unit.plugInto(new UsbHost());
  const { mode, why } = await up;
  return { mode, why };
}
