import type { BuiltStation } from '../build-station.ts';
import type { BuiltVirtualStation } from '../build-virtual-station.ts';
import { failureOf } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import type { UsbUnit } from '../ports/usb-bus.ts';
import { waitUntil } from '../procedure/time.ts';
import { identifyUnit } from '../procedure/unit/identify-unit.ts';
import { stopListening } from '../procedure/unit/listening-mode.ts';
import { type LineOptions, type OpenLine, openLine } from './open-line.ts';
import { EXIT, type Output } from './output.ts';
import { runUnits, scannedLines } from './run-units.ts';

/** `run`: builds units; on a virtual line one of each, on a real one those whose labels come from standard input. */
export async function runCommand(options: LineOptions & { readonly full?: boolean }, output: Output): Promise<number> {
  const line = await openLine(options, output);
  if ('exit' in line) return line.exit;
  const stopping = new AbortController();
  const stop = (): void => {
    stopping.abort();
    process.stdin.destroy(); // a scanner that stays plugged in would keep the process alive
    void line.built.station.close();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await runUnits(line.built, labelsOf(line), output, stopping.signal, options.full);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await line.built.close();
  }
}

async function* labelsOf(line: OpenLine): AsyncGenerator<{ text: string; slot?: string }> {
  if (line.kind === 'real') {
    yield* scannedLines(process.stdin);
    return;
  }
  const { bench } = line.built;
  for (const { slot } of bench.units()) {
    await bench.plug(slot, undefined);
    yield { text: bench.labelText(slot), slot };
  }
}

/** `identify`: asks every unit that is plugged into a slot who it is, SIM included, several at once. */
export async function identifyCommand(options: LineOptions, output: Output): Promise<number> {
  const line = await openLine(options, output);
  if ('exit' in line) return line.exit;
  try {
    const units = line.kind === 'virtual' ? await plugAllIn(line.built) : await unitsInSlots(line.built);
    if (units.length === 0) {
      output.result({ ok: false, units: 0 }, 'No unit is plugged in.');
      return EXIT.bad;
    }
    const codes = await Promise.all(units.map((unit) => identifyOne(unit, line, output)));
    return Math.max(...codes);
  } finally {
    await line.built.close();
  }
}

/** The units on the ports of this station's slots; whatever else is plugged into the computer is left alone. */
async function unitsInSlots({ station, ports }: BuiltStation): Promise<readonly UsbUnit[]> {
  let portPaths: readonly string[] = [];
  const unsubscribe = station.subscribe(({ slots }) => {
    portPaths = slots.flatMap(({ portPath }) => portPath ?? []);
  });
  unsubscribe();
  return (await ports.bus.list()).filter(({ portPath }) => portPaths.includes(portPath));
}

/** Plugs every unit of a virtual line in and waits until the bus shows them all. */
async function plugAllIn({ bench, ports }: BuiltVirtualStation): Promise<readonly UsbUnit[]> {
  const slots = bench.units().map(({ slot }) => slot);
  const arrived: UsbUnit[] = [];
  const all = new Promise<void>((resolve) => {
    ports.bus.subscribe((event) => {
      if (event.kind === 'arrived' && arrived.push(event.unit) === slots.length) resolve();
    });
  });
  for (const slot of slots) await bench.plug(slot, undefined);
  await waitUntil(all, AbortSignal.timeout(ARRIVE_MS)).catch(() => undefined);
  return arrived;
}

const ARRIVE_MS = 60_000;

/** All answers of one unit may take this long; a modem that starts is the slowest (device-usb.md 5.4). */
const IDENTIFY_MS = 240_000;

async function identifyOne(unit: UsbUnit, line: OpenLine, output: Output): Promise<number> {
  const { ports } = line.built;
  const signal = AbortSignal.timeout(IDENTIFY_MS);
  try {
    const sleep = (ms: number): Promise<void> => waitUntil(undefined, signal, ms);
    const found = await identifyUnit(unit, { ports, signal, sleep, budget: (ms) => ms, wantsSim: true });
    if (unit.mode === 'normal') await stopListening(unit, ports, signal).catch(() => undefined);
    if (!found.ok) return output.failed(found.failure);
    const { platform, sim, ...identity } = found.value;
    const value = {
      ok: true,
      portPath: unit.portPath,
      ...identity,
      platform: platform.name,
      iccid: sim?.iccid,
      imei: sim?.imei,
    };
    const json = JSON.parse(JSON.stringify(value)) as JsonObject;
    const facts = [
      platform.displayName,
      identity.deviceId,
      identity.serialNumber,
      identity.deviceOs,
      sim?.iccid,
      sim?.imei,
    ];
    output.result(json, `${unit.portPath}  ${facts.filter((fact) => fact !== undefined).join('  ')}`);
    return EXIT.good;
  } catch (thrown) {
    return output.failed(failureOf(thrown));
  }
}
