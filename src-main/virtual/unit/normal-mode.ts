import { RAW_REQUEST } from '../../protocol/control-requests.ts';
import { ConsolePort } from './console-port.ts';
import { ControlChannel } from './control-channel.ts';
import { controlRequests } from './control-requests.ts';
import type { SystemEra } from './device-os-era.ts';
import { isStandard } from './dfu-mode.ts';
import type { ControlReply, UsbFirmware } from './enumeration.ts';
import { ListeningConsole } from './listening-console.ts';
import { INTERFACE_GUID, MICROSOFT_VENDOR_CODE, microsoftDescriptor } from './microsoft-descriptors.ts';
import { normalDescriptors, normalLayout } from './normal-descriptors.ts';
import { rawRequest } from './raw-requests.ts';
import { StandardRequests } from './standard-requests.ts';
import type { Session, UnitHardware } from './unit-hardware.ts';
import type { UnitPlatform } from './unit-platforms.ts';
import type { Setup } from './usb-function.ts';

/** Device OS on the bus: the serial console and the vendor control interface, in normal, listening and safe mode alike. */
export function normalMode(hardware: UnitHardware, session: Session, era: SystemEra): UsbFirmware {
  const { platform, clock, hostTimers, faults, identity, meter } = hardware;
  const standard = new StandardRequests(normalDescriptors(platform, era, identity, faults));
  const channel = new ControlChannel(controlRequests(hardware, session, era), { clock, faults });
  const isGen2 = platform.family === 'stm32';
  const { consoleInterfaces, consoleIn, consoleOut } = normalLayout(platform);
  const port = new ConsolePort({
    hostTimers,
    power: session.power,
    transmitBytes: isGen2 ? 129 : 256,
    takesBreak: isGen2,
    reportsPreviousRate: () => faults.has('wrong-touch'),
    onRate: (rate) => void touch(hardware, session, era, rate),
  });
  const console = new ListeningConsole(hardware, session, era, (text) => port.write(consoleBytes(text, hardware)));
  if (faults.has('app-logs')) void printLogs(hardware, session, port);
  return {
    control: async (setup, data, cancelled) => {
      if (isStandard(setup)) return standard.answer(setup);
      if ((setup.requestType & 0x60) === 0x20) {
        // RTL872x alone looks whether it is its console that is meant (Device OS 6.2.0).
        const isConsole = platform.family !== 'rtl' || consoleInterfaces.includes(setup.index);
        return (isConsole ? port.classRequest(setup, data) : undefined) ?? 'stall';
      }
      if (faults.has('silent')) return never(cancelled);
      const reply = await vendorRequest(hardware, session, era, channel, setup, data);
      return lacksStatusStage(platform, setup) ? never(cancelled) : reply;
    },
    transferOut: async (endpoint, data, cancelled) => {
      if (endpoint !== consoleOut) return 'stall';
      while (console.isFull && !cancelled.aborted) await hostTimers.sleep(RETRY_MS, cancelled);
      if (cancelled.aborted) return 'stall';
      void console.receive(data);
      return 'done';
    },
    // The interrupt endpoint stays silent: no SERIAL_STATE is ever sent (device-usb.md 2.3).
    transferIn: (endpoint, length, cancelled) =>
      endpoint === consoleIn ? port.read(length, cancelled) : never(cancelled),
    onWire: (milliseconds, setup) => {
      if (isVendor(setup)) meter.request(clock.now(), milliseconds);
    },
  };
}

async function vendorRequest(
  hardware: UnitHardware,
  session: Session,
  era: SystemEra,
  channel: ControlChannel,
  setup: Setup,
  data: Uint8Array,
): Promise<ControlReply> {
  if (setup.request === MICROSOFT_VENDOR_CODE) {
    const answer = era.hasMicrosoftDescriptors
      ? microsoftDescriptor(setup.index, normalLayout(hardware.platform).controlInterface, INTERFACE_GUID.normal)
      : undefined;
    return answer === undefined ? 'stall' : { data: answer };
  }
  if (setup.request === RAW_REQUEST) return rawRequest(hardware, session, era, setup);
  return era.hasControlChannel ? channel.service(setup, data) : 'stall';
}

/**
 * RTL872x does what a vendor OUT request without data stage says, and never completes it: hosts send a byte nobody needs
 * (device-usb.md 5.2).
 */
function lacksStatusStage({ family }: UnitPlatform, setup: Setup): boolean {
  return family === 'rtl' && (setup.requestType & 0x80) === 0 && setup.length === 0;
}

/** Bits 5 and 6 of bmRequestType: 2 is a vendor request. The class requests are the kernel's own as soon as it sees a serial port. */
function isVendor(setup: Setup): boolean {
  return (setup.requestType & 0x60) === 0x40;
}

/** The baud touches (device-usb.md 3.1): they act at once, whatever DTR does. */
async function touch(hardware: UnitHardware, session: Session, era: SystemEra, rate: number): Promise<void> {
  if (rate === 28_800 && era.hasListeningTouch) session.setListening(true);
  if (rate !== 14_400 || hardware.faults.has('dfu-not-entered')) return;
  await hardware.clock.sleep(TOUCH_MS, session.power);
  if (!session.power.aborted) session.restart({ into: 'dfu' });
}

/** The unit is gone 0 to 50 ms after the touch (device-usb.md 3.2): the host may or may not see its request succeed. */
const TOUCH_MS = 20;

function consoleBytes(text: string, { faults }: UnitHardware): Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'latin1'));
  if (!faults.has('garbled-console')) return bytes;
  return bytes.map((byte, at) => byte ^ ((at * 151 + 0x95) & 0xff));
}

/** The fault `app-logs`: lines as Device OS applications print them, between and inside the console's answers. */
async function printLogs(hardware: UnitHardware, session: Session, port: ConsolePort): Promise<void> {
  while (!session.power.aborted && hardware.faults.has('app-logs')) {
    const time = String(Math.floor(hardware.clock.now())).padStart(10, '0');
    await port.write(Buffer.from(`${time} [app] INFO: counter at ${time}\r\n`, 'latin1'));
    await hardware.hostTimers.sleep(LOG_EVERY_MS, session.power);
  }
}

const LOG_EVERY_MS = 50;

/** How often a host whose bytes were refused by NAK is heard again; a host controller is faster. */
const RETRY_MS = 5;

/** NAK until the host gives up; what is returned then goes nowhere. */
function never(cancelled: AbortSignal): Promise<'stall'> {
  return new Promise((resolve) => {
    if (cancelled.aborted) resolve('stall');
    cancelled.addEventListener('abort', () => resolve('stall'), { once: true });
  });
}
