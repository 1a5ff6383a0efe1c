import type { SystemEra } from './device-os-era.ts';
import type { ModemReading } from './modem.ts';
import { moduleJson } from './module-json.ts';
import { nameRelease } from './release-name.ts';
import type { Session, UnitHardware } from './unit-hardware.ts';

/** The answer to `i`, in the form of the firmware's era (device-usb.md 4.3). May power the modem on, which takes seconds. */
export async function identityReply(hardware: UnitHardware, era: SystemEra, power: AbortSignal): Promise<string> {
  const { deviceId, mobileSecret, serialNumber } = hardware.identity;
  const { isCellular } = hardware.platform.platform;
  const lines = [`Device ID: ${deviceId}`];
  if (era.consoleIdentity === 'long' && era.consoleHasSerial) {
    if (mobileSecret !== undefined && !hardware.faults.has('no-device-secret')) {
      lines.push(`Device Secret: ${mobileSecret}`);
    }
    if (serialNumber !== undefined && !hardware.faults.has('no-serial-number')) {
      lines.push(`Serial Number: ${serialNumber}`);
    }
  }
  if (!isCellular) {
    // Form B where there is nothing else to tell: old firmware, and blank one-time memory (device-usb.md 4.3).
    return lines.length === 1 ? `Your device id is ${deviceId}\r\n` : lines.map((line) => `${line}\r\n`).join('');
  }
  const modem = await consoleModemReading(hardware, era, power);
  lines.push(`IMEI: ${modem.imei ?? ''}`, `ICCID: ${modem.iccid ?? ''}`);
  if (era.consoleIdentity === 'long' && era.consoleHasRadioVersion) {
    lines.push(`Cell Radio Version: ${modem.radioVersion ?? ''}`);
  }
  return lines.map((line) => `${line}\r\n`).join('');
}

/**
 * The answer to `m`. Units without Wi-Fi print zeros; on RTL872x the address is the end of the device ID (device-usb.md 1.3, 4.2).
 * That of other Wi-Fi units is in nothing the model keeps: zeros there too.
 */
export function macReply({ platform, identity }: UnitHardware): string {
  const digits = platform.family === 'rtl' ? identity.deviceId.slice(-12) : '0'.repeat(12);
  return `Your device MAC address is\r\n${digits.match(/../g)?.join(':') ?? ''}\r\n`;
}

/** The answer to `s`: one line of JSON (device-usb.md 4.5). */
export async function modulesReply(hardware: UnitHardware, session: Session, era: SystemEra): Promise<string> {
  const { id, isCellular } = hardware.platform.platform;
  const json = {
    p: id,
    ...(isCellular ? await modemMembers(hardware, era, session.power) : {}),
    m: moduleJson(hardware.platform, session.boot.modules, era),
  };
  return `${JSON.stringify(json)}\r\n`;
}

/** The answer to `v`, with its one bare line feed (device-usb.md 4.2). */
export function versionReply(era: SystemEra): string {
  return `system firmware version: ${nameRelease(era.version)}\n\r\n`;
}

async function modemMembers(hardware: UnitHardware, era: SystemEra, power: AbortSignal): Promise<object> {
  const modem = await consoleModemReading(hardware, era, power);
  return {
    imei: modem.imei ?? '',
    iccid: modem.iccid ?? '',
    ...(era.consoleHasRadioVersion ? { cellfw: modem.radioVersion ?? '' } : {}),
  };
}

/** What the console can tell of modem and SIM, by era (device-usb.md 4.4). */
async function consoleModemReading(
  { modem, platform }: UnitHardware,
  era: SystemEra,
  power: AbortSignal,
): Promise<ModemReading> {
  if (!modem.isOn) {
    if (era.consolePowersModem === 'never') return modem.cached;
    if (era.consolePowersModem === 'when-unknown' && modem.cached.iccid !== undefined) return modem.cached;
    await modem.turnOn(power);
  }
  const reading = await modem.read(power);
  // nRF reads the ICCID first and gives up with it; Gen 2 reads the IMEI before it looks for a SIM.
  if (platform.family === 'nrf' && reading.iccid === undefined) return NOTHING;
  // Gen 2 without a SIM starts the modem anew for every question.
  if (platform.family === 'stm32' && reading.iccid === undefined) modem.turnOff();
  return reading;
}

const NOTHING: ModemReading = { imei: undefined, iccid: undefined, radioVersion: undefined };
