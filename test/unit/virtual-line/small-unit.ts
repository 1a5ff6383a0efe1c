import type { Setup, TransferAnswer, UsbFunction } from '../../../src-main/virtual/unit/usb-function.ts';

/** What a small unit was asked, in order, in words a test can compare. */
export type SmallUnit = UsbFunction & {
  readonly asked: string[];
  /** Answers the oldest pending bulk-IN with these bytes, or the next one to come. */
  say(bytes: Uint8Array | string): void;
  /** Leaves the bus. */
  leave(): void;
  /** From now on answers no control transfer until it is cancelled. */
  fallSilent(): void;
  /** From now on takes no bulk-OUT bytes. */
  holdBack(): void;
};

// The nRF normal configuration of device-usb.md 2.3, and its DFU configuration of 2.4.
const NORMAL =
  '090254000301 04C0FA 080B000202020100 0904000001020201 00 0524001001 0524010301 04240202 0524060001 07058203400010' +
  '09040100020A000000 07058102400000 07050102400000 0904020000FFFFFF06';
const DFU = '09022D00010104C032 090400000 0FE010206 0904000100FE010207 0904000200FE010208 09210BFF000010 1A01';
const TEXTS = ['', 'Particle', 'Boron CDC Mode', 'e00fce68aabbccddeeff0011'];

/** A few lines that behave like a unit towards a host: descriptors, strings, a console that a test writes itself. */
export function createSmallUnit(
  mode: 'normal' | 'dfu' = 'normal',
  productId = mode === 'normal' ? 0xc00d : 0xd00d,
): SmallUnit {
  const gone = new AbortController();
  const asked: string[] = [];
  const words: Uint8Array[] = [];
  let listener: ((bytes: Uint8Array) => void) | undefined;
  let isSilent = false;
  let isHeldBack = false;
  const pending = (signal: AbortSignal | undefined): Promise<TransferAnswer> =>
    new Promise((resolve) => {
      gone.signal.addEventListener('abort', () => resolve({ kind: 'gone' }));
      signal?.addEventListener('abort', () => resolve({ kind: 'cancelled' }));
    });

  return {
    speed: 'full',
    gone: gone.signal,
    asked,
    say(text) {
      const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
      if (listener === undefined) words.push(bytes);
      else listener(bytes);
      listener = undefined;
    },
    leave: () => gone.abort(),
    fallSilent() {
      isSilent = true;
    },
    holdBack() {
      isHeldBack = true;
    },
    async control(setup, data, signal) {
      if (isSilent) return pending(signal);
      if (setup.request === 6) return describe(setup, mode, productId);
      asked.push(
        `${hex(setup.requestType)} ${hex(setup.request)} ${setup.value} ${setup.index} ${Buffer.from(data).toString('hex')}`.trim(),
      );
      return setup.request === 0x7f ? { kind: 'stall' } : { kind: 'done', data: new Uint8Array(0) };
    },
    async transferOut(endpoint, data, signal) {
      if (isHeldBack) return pending(signal);
      asked.push(`out ${endpoint} ${Buffer.from(data).toString('latin1')}`);
      return { kind: 'done', data: new Uint8Array(0) };
    },
    transferIn(endpoint, length, signal) {
      if (endpoint !== 1) return pending(signal);
      const word = words.shift();
      if (word !== undefined) return Promise.resolve({ kind: 'done', data: word.subarray(0, length) });
      const spoken = new Promise<TransferAnswer>((resolve) => {
        const own = (bytes: Uint8Array): void => resolve({ kind: 'done', data: bytes });
        listener = own;
        signal?.addEventListener('abort', () => {
          if (listener === own) listener = undefined;
        });
      });
      return Promise.race([spoken, pending(signal)]);
    },
  };
}

function describe(setup: Setup, mode: 'normal' | 'dfu', productId: number): TransferAnswer {
  const type = setup.value >> 8;
  const index = setup.value & 0xff;
  const bytes = type === 1 ? deviceDescriptor(productId) : type === 2 ? configuration(mode) : text(index);
  return bytes === undefined ? { kind: 'stall' } : { kind: 'done', data: bytes.subarray(0, setup.length) };
}

function deviceDescriptor(productId: number): Buffer {
  const bytes = Buffer.from('12010002EF020140042B000002010102 0301'.replaceAll(' ', ''), 'hex');
  bytes.writeUInt16LE(productId, 10);
  return bytes;
}

function configuration(mode: 'normal' | 'dfu'): Buffer {
  return Buffer.from((mode === 'normal' ? NORMAL : DFU).replaceAll(' ', ''), 'hex');
}

function text(index: number): Buffer | undefined {
  const word = TEXTS[index];
  if (index === 0) return Buffer.from('04030904', 'hex');
  if (word === undefined) return undefined;
  const body = Buffer.from(word, 'utf16le');
  return Buffer.concat([Buffer.of(body.length + 2, 3), body]);
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}
