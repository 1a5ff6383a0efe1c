import { execFile } from 'node:child_process';
import { mkdtemp, readFile, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRehearsalBench } from '../../../src-main/virtual/line/rehearsal-bench.ts';
import { createFactoryUnit } from '../../../src-main/virtual/unit/factory-unit.ts';
import { createUnitClock } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { type RunProgram, runCases, type Transcript } from './dfu-util-cases.ts';

/**
 * Runs the cases with the real dfu-util on the units at vhci-hcd ports 1-1 and 1-2: in the virtual machine of usb-lab.md, on a bus with
 * no other unit. Its result is what recorded-dfu-util-0.11.json holds. Sends the units into DFU mode by the baud touch.
 */
export async function recordRealDfuUtil(): Promise<Record<string, Transcript>> {
  const clock = createUnitClock({ speed: 20 });
  const boron = createFactoryUnit('boron', { number: 1, scale: 0.05, clock });
  const electron = createFactoryUnit('electron', { number: 2, scale: 0.05, clock });
  const bench = await createRehearsalBench({ units: [boron, electron] });
  const { SerialPort } = await import('serialport');
  try {
    for (const [index, unit] of [boron, electron].entries()) {
      const portPath = bench.portPaths[index] ?? '';
      const tty = await eventually(() => ttyOf(portPath));
      const port = new SerialPort({ path: tty, baudRate: 14_400 }, () => {});
      port.on('error', () => {});
      port.resume();
      await unit.whenMode('dfu', { timeoutMs: 30_000 });
      await eventually(async () => (await attribute(portPath, 'idProduct'))?.startsWith('d0') || undefined);
      await eventually(async () => (await attribute(portPath, 'bConfigurationValue')) === '1' || undefined);
    }
    return await runCases([boron, electron], await mkdtemp(join(tmpdir(), 'linewright-record-')), runReal);
  } finally {
    await bench.close();
  }
}

const runReal: RunProgram = (args) =>
  new Promise((resolve) => {
    execFile('dfu-util', args, { timeout: 60_000, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });

/** The tty of a unit. Read asynchronously: such a call may wait for the kernel, which waits for this process. */
async function ttyOf(portPath: string): Promise<string | undefined> {
  for (const name of ['ttyACM0', 'ttyACM1', 'ttyACM2']) {
    const device = await realpath(`/sys/class/tty/${name}/device`).catch(() => '');
    if (device.includes(`/${portPath}/`)) return `/dev/${name}`;
  }
  return undefined;
}

async function attribute(portPath: string, name: string): Promise<string | undefined> {
  return (await readFile(`/sys/bus/usb/devices/${portPath}/${name}`, 'latin1').catch(() => undefined))?.trim();
}

async function eventually<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  for (let round = 0; round < 1000; round += 1) {
    const value = await look();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the unit did not appear on the bus within 20 s');
}
