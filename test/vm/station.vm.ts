import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src-main/domain/run-record.ts';
import { parseModule } from '../../src-main/firmware/parse-module.ts';
import type { Rehearsal } from './guest/rehearsal.ts';
import { dfuUtil, eventually, succeeded } from './guest-bench.ts';
import { bootLab, type Guest } from './lab/guest.ts';
import { prepareLab, titled } from './lab/prepared-lab.ts';

const { missing } = await prepareLab();
const DATA = '/tmp/line';
const LINEWRIGHT = [process.execPath, 'src-main/cli/linewright.ts'];

// The very station of a real line, `run --station FILE`, against units that a real kernel sees: cdc_acm, serialport, usb, dfu-util, HTTP.
describe.skipIf(missing)(titled('the station on a real Linux kernel', missing), () => {
  let guest: Guest;
  let rehearsal: Rehearsal;
  let runs: readonly RunRecord[];

  beforeAll(async () => {
    guest = await bootLab();
    const input = { data: DATA, units: 'electron,boron,b5som', speed: '4', scale: '0.1' };
    rehearsal = await guest.call<Rehearsal>('test/vm/guest/rehearsal.ts', 'open', input, 240_000);
  });
  afterAll(async () => {
    await guest?.call('test/vm/guest/rehearsal.ts', 'close', {}, 60_000);
    await guest?.stop();
  });

  it('builds three platforms at once to PASS, and the records say what the units are', async () => {
    const command = `"$0" "$@" run --station ${rehearsal.station} --json < ${rehearsal.labels}`;
    const ended = await guest.run(['sh', '-c', command, ...LINEWRIGHT], { timeoutMs: 600_000 });
    const results = ended.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    const told = `${ended.stdout}\n${ended.stderr}`;
    expect(
      results.map(({ outcome }) => outcome),
      told,
    ).toEqual(['PASS', 'PASS', 'PASS']);
    expect(ended.status).toBe(0);
    for (const unit of rehearsal.units) {
      const { platform, deviceId, serialNumber, iccid, imei } = unit;
      const result = results.find((one) => one.slot === unit.slot);
      expect(result).toMatchObject({ virtual: true, unit: { platform, deviceId, serialNumber, iccid, imei } });
    }
  });

  it('had flashed at least two of them at the same time', async () => {
    const data = `${DATA}/rehearsal/data`;
    const exported = await guest.run([...LINEWRIGHT, 'audit', 'export', '--format', 'jsonl', '--data', data], {
      timeoutMs: 120_000,
    });
    runs = succeeded(exported, 'audit export')
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const spans = runs.flatMap(({ steps }) => {
      const flash = steps.find(({ step }) => step === 'flash');
      if (flash === undefined) return [];
      const from = Date.parse(flash.startedAt);
      return [{ from, to: from + flash.durationMs }];
    });
    const overlapping = spans.filter((one) =>
      spans.some((two) => two !== one && one.from < two.to && two.from < one.to),
    );
    expect(overlapping.length).toBeGreaterThanOrEqual(2);
  });

  it('left a record that is intact', async () => {
    const verify = await guest.run([...LINEWRIGHT, 'audit', 'verify', '--data', `${DATA}/rehearsal/data`, '--json'], {
      timeoutMs: 120_000,
    });
    expect(JSON.parse(succeeded(verify, 'audit verify').stdout)).toMatchObject({ intact: true });
  });

  it.each(['electron', 'boron', 'b5som'])(
    'a separate dfu-util reads back from the %s what the recipe pins',
    async (platform) => {
      const unit = rehearsal.units.find((one) => one.platform === platform);
      if (unit === undefined) throw new Error(`no ${platform} in the rehearsal`);
      await guest.run(['cp', '-r', `${DATA}/rehearsal/virtual-line/${platform}`, '/lab/results/']);
      const tty = (await guest.run(['sh', '-c', `ls /sys/bus/usb/devices/${unit.portPath}:1.0/tty`])).stdout.trim();
      await guest.call('test/vm/guest/serial.ts', 'touch', { tty: `/dev/${tty}`, baudRate: 14_400 });
      await eventually(`${platform} in DFU mode`, async () => {
        const { stdout } = await dfuUtil(guest, '-l');
        return stdout.includes(`path="${unit.portPath}"`) ? true : undefined;
      });

      const folder = path.join(guest.results, platform);
      const compared = [];
      for (const name of await readdir(folder)) {
        const module = name.endsWith('.bin') ? parseModule(await readFile(path.join(folder, name)), name) : undefined;
        if (!module?.ok || module.value.flags.dropHeader) continue;
        const { startAddress, bytes } = module.value;
        const target = `${platform}-${name}.read`;
        const place = ['-p', unit.portPath, '-a', '0', '-s', `0x${startAddress.toString(16)}:${bytes.length}`];
        await dfuUtil(guest, ...place, '-U', `/lab/results/${target}`);
        expect(Buffer.compare(await readFile(path.join(guest.results, target)), bytes)).toBe(0);
        compared.push(module.value.function);
      }
      const systemParts = platform === 'electron' ? 3 : 1;
      expect(compared.toSorted()).toEqual([...Array(systemParts).fill('system-part'), 'user-part']);
    },
  );
});
