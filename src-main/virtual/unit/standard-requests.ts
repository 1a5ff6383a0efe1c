import type { ControlReply } from './enumeration.ts';
import { type DescriptorSet, stringDescriptor } from './usb-descriptors.ts';
import type { Setup } from './usb-function.ts';

/** The USB 2.0 chapter 9 requests of any unit; remembers configuration and alternate settings. */
export class StandardRequests {
  readonly #descriptors: DescriptorSet;
  readonly #alternate: number[];
  #configuration = 0;
  readonly #onInterface: (interfaceNumber: number, alternate: number) => void;

  /** `onInterface` is told of every SET_INTERFACE that was taken. */
  constructor(
    descriptors: DescriptorSet,
    onInterface: (interfaceNumber: number, alternate: number) => void = () => {},
  ) {
    this.#descriptors = descriptors;
    this.#alternate = descriptors.alternates.map(() => 0);
    this.#onInterface = onInterface;
  }

  /** Answers a standard request; anything a unit does not know is a stall. */
  answer(setup: Setup): ControlReply {
    switch (setup.request) {
      case REQUEST.getStatus:
        return { data: Uint8Array.of(0, 0) };
      case REQUEST.clearFeature:
      case REQUEST.setFeature:
        return NOTHING;
      case REQUEST.getDescriptor:
        return this.#descriptor(setup);
      case REQUEST.getConfiguration:
        return { data: Uint8Array.of(this.#configuration) };
      case REQUEST.setConfiguration:
        return this.#setConfiguration(setup.value);
      case REQUEST.getInterface:
        return this.#getInterface(setup.index);
      case REQUEST.setInterface:
        return this.#setInterface(setup.index, setup.value);
      default:
        return 'stall';
    }
  }

  #descriptor(setup: Setup): ControlReply {
    const index = setup.value & 0xff;
    switch (setup.value >> 8) {
      case DESCRIPTOR.device: {
        const isShort = this.#descriptors.hasShortFirstRead && setup.length === 64;
        return { data: isShort ? this.#descriptors.device.subarray(0, 8) : this.#descriptors.device };
      }
      case DESCRIPTOR.configuration:
        return index === 0 ? { data: this.#descriptors.configuration } : 'stall';
      case DESCRIPTOR.string: {
        const data = stringDescriptor(this.#descriptors.strings, index);
        return data === undefined ? 'stall' : { data };
      }
      default:
        // A device qualifier among them: full-speed units have none.
        return 'stall';
    }
  }

  #setConfiguration(value: number): ControlReply {
    if (value > 1) return 'stall';
    this.#configuration = value;
    for (const [interfaceNumber] of this.#alternate.entries()) this.#alternate[interfaceNumber] = 0;
    this.#onInterface(0, 0);
    return NOTHING;
  }

  #getInterface(interfaceNumber: number): ControlReply {
    const alternate = this.#alternate[interfaceNumber];
    return alternate === undefined ? 'stall' : { data: Uint8Array.of(alternate) };
  }

  #setInterface(interfaceNumber: number, alternate: number): ControlReply {
    const count = this.#descriptors.alternates[interfaceNumber];
    if (count === undefined || alternate >= count) return 'stall';
    this.#alternate[interfaceNumber] = alternate;
    this.#onInterface(interfaceNumber, alternate);
    return NOTHING;
  }
}

const NOTHING: ControlReply = { data: new Uint8Array(0) };

const REQUEST = {
  getStatus: 0,
  clearFeature: 1,
  setFeature: 3,
  getDescriptor: 6,
  getConfiguration: 8,
  setConfiguration: 9,
  getInterface: 10,
  setInterface: 11,
} as const;

const DESCRIPTOR = { device: 1, configuration: 2, string: 3 } as const;
