/**
 * Every fault a virtual unit can be given, by name, with what it does. `number` says that a fault takes one
 * (`unplug-at-byte=20000`), what it counts and what it is when left out.
 */
export const FAULTS = {
  // The unit in normal mode
  silent: { does: 'enumerates, but neither console nor control requests ever answer' },
  'garbled-console': { does: 'the console answers with line noise' },
  'app-logs': { does: 'the application prints log lines into the console all the time' },
  'busy-channel': { does: 'the control channel answers BUSY to this many requests', number: 6 },
  'listening-refused': { does: 'the application forbids listening mode (request 70 gives -130)' },
  'wrong-touch': { does: 'a baud touch takes effect only when the line coding changes once more' },
  'slow-boot': { does: 'takes this many milliseconds longer to come back on the bus', number: 4000 },
  'brown-out': { does: 'drops off the bus once when the modem starts' },
  // Identity
  'no-serial-number': { does: 'one-time memory holds no serial number' },
  'no-device-secret': { does: 'one-time memory holds no mobile secret' },
  'constant-serial': { does: 'the USB serial string is the factory constant' },
  'upper-serial': { does: 'the USB serial string is the device ID in upper case' },
  'different-unit-after-restart': { does: 'comes back from DFU mode as another unit' },
  protected: { does: 'Device Protection is on' },
  // Modem and SIM
  'no-sim': { does: 'no SIM answers the modem' },
  'iccid-late': { does: 'the SIM is read only after this many failed reads', number: 2 },
  'modem-dead': { does: 'the modem never answers' },
  'slow-modem': { does: 'the modem takes this many milliseconds to start', number: 25_000 },
  // Going to DFU mode and back
  'dfu-not-entered': { does: 'acknowledges every request for DFU mode and stays where it is' },
  'dfu-stuck': { does: 'comes back in DFU mode after every restart' },
  'no-return': { does: 'never comes back on the bus after DFU mode' },
  // Flashing
  'dfu-stall-erase': { does: 'this erase of a DFU visit fails, and all that follow', number: 1 },
  'dfu-error-write': { does: 'this write of a DFU visit fails, and all that follow', number: 1 },
  'dfu-stuck-busy': { does: 'this write of a DFU visit never finishes', number: 1 },
  'unplug-at-byte': { does: 'is pulled out, once, when this many bytes have been downloaded', number: 20_000 },
  'updates-disabled': { does: 'the application forbids updates (request 250 gives -1380)' },
  'unplug-at-update-byte': { does: 'is pulled out, once, when this many bytes of an update have come', number: 2000 },
  'unplug-while-installing': {
    does: 'is pulled out, once, when this many bytes of an update have been put in their place',
    number: 2000,
  },
  'flip-bit': { does: 'one bit is programmed wrong, silently, after this many bytes', number: 5000 },
  'wrong-version-after-restart': { does: 'writes of the system part are acknowledged and lost' },
  'stale-128k-app': { does: 'holds a valid old application in the 128 KB slot, and its bootloader does not remove it' },
} as const satisfies Readonly<Record<string, { readonly does: string; readonly number?: number }>>;

export type FaultName = keyof typeof FAULTS;

/** All fault names, in the order of the table. */
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

/** One fault; `number` only where the table says it takes one. */
export type Fault = { readonly name: FaultName; readonly number?: number };

/**
 * Reads a fault as the command line writes it: `no-sim`, `unplug-at-byte=20000`. Undefined when there is no such fault, or when
 * the number is missing its meaning, not whole or not positive.
 */
export function parseFault(text: string): Fault | undefined {
  const [name, value, ...rest] = text.split('=');
  const known = FAULT_NAMES.find((one) => one === name);
  if (known === undefined || rest.length > 0) return undefined;
  if (value === undefined) return { name: known };
  if (!('number' in FAULTS[known]) || !/^[1-9]\d{0,8}$/.test(value)) return undefined;
  return { name: known, number: Number(value) };
}

/** The faults a unit has right now; changed while it runs. */
export class FaultSet {
  readonly #numbers = new Map<FaultName, number>();

  constructor(faults: readonly Fault[] = []) {
    for (const fault of faults) this.set(fault);
  }

  set(fault: Fault): void {
    const entry = FAULTS[fault.name];
    this.#numbers.set(fault.name, fault.number ?? ('number' in entry ? entry.number : 0));
  }

  clear(name: FaultName): void {
    this.#numbers.delete(name);
  }

  has(name: FaultName): boolean {
    return this.#numbers.has(name);
  }

  /** The fault's number, or undefined when the unit does not have the fault. */
  number(name: FaultName): number | undefined {
    return this.#numbers.get(name);
  }

  names(): readonly FaultName[] {
    return [...this.#numbers.keys()];
  }
}
