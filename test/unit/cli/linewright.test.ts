import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { generateRelease } from '../../../firmware/generate-release.ts';
import { createFactoryUnit } from '../../../src-main/virtual/unit/factory-unit.ts';

const data = mkdtempSync(join(tmpdir(), 'linewright-cli-'));
afterAll(() => rmSync(data, { recursive: true }));

async function linewright(...args: string[]) {
  const ended = await execa(process.execPath, ['src-main/cli/linewright.ts', ...args], { reject: false, input: '' });
  const lines = ended.stdout.split('\n').filter((line) => line !== '');
  return {
    exit: ended.exitCode,
    out: ended.stdout,
    err: ended.stderr,
    lines,
    json: () => lines.map((line) => JSON.parse(line)),
  };
}

const FAST = ['--speed', '50', '--scale', '0.02', '--data', data];

describe('the command line', () => {
  it('builds one of each on the virtual line, and the records say what the virtual units are', async () => {
    const run = await linewright('run', '--virtual', 'electron,boron,b5som', ...FAST, '--json');
    const results = run.json();
    expect(run.exit).toBe(0);
    expect(results.map(({ outcome }) => outcome)).toEqual(['PASS', 'PASS', 'PASS']);
    for (const [index, platform] of (['electron', 'boron', 'b5som'] as const).entries()) {
      const result = results.find((one) => one.slot === String(index + 1));
      const unit = createFactoryUnit(platform, { number: index + 1 });
      const deviceOs = platform === 'electron' ? '3.3.1' : '6.2.0';
      const productId = 12_300 + unit.platform.platform.id;
      const release = generateRelease({ platform, deviceOs, productVersion: 7, productId, appSeed: 7, scale: 0.02 });
      const application = release.application.bytes;
      expect(result.unit).toMatchObject({
        deviceId: unit.identity.deviceId,
        serialNumber: unit.identity.serialNumber,
        iccid: unit.modem.sim === 'none' ? undefined : unit.modem.sim.iccid,
        imei: unit.modem.imei,
        deviceOs,
        productBinarySha256: createHash('sha256').update(application.subarray(0, -38)).digest('hex'),
      });
      const systemParts = result.unit.modules.filter(
        (module: { function: string }) => module.function === 'system-part',
      );
      expect(systemParts.map(({ version }: { version: number }) => version)).toEqual(
        release.system.map(() => release.moduleVersion),
      );
      expect(result.virtual).toBe(true);
    }
  });

  it('then says the record is intact, finds the runs, and exports them', async () => {
    const verify = await linewright('audit', 'verify', '--data', data, '--json');
    expect(verify).toMatchObject({ exit: 0 });
    expect(verify.json()[0]).toMatchObject({ intact: true });
    const unit = createFactoryUnit('boron', { number: 2 });
    const found = await linewright('runs', unit.identity.serialNumber ?? '', '--data', data, '--json');
    expect(found.json()).toMatchObject([{ outcome: 'PASS', unit: { deviceId: unit.identity.deviceId } }]);
    const csv = await linewright('audit', 'export', '--batch', 'rehearsal', '--data', data);
    expect(csv.lines).toHaveLength(4);
    const jsonl = await linewright('audit', 'export', '--format', 'jsonl', '--data', data);
    expect(jsonl.json()).toHaveLength(3);
    expect(unit.identity.mobileSecret).toMatch(/^\w{15}$/);
    expect(found.out + csv.out + jsonl.out).not.toContain(unit.identity.mobileSecret);
  });

  it('does not write an export over a file, and says so', async () => {
    const file = join(data, 'taken.csv');
    writeFileSync(file, 'mine');
    const ended = await linewright('audit', 'export', '--out', file, '--data', data, '--json');
    expect(ended).toMatchObject({ exit: 1, err: '' });
    expect(ended.json()).toMatchObject([{ ok: false, failure: { code: 'request/invalid' } }]);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('keeps the mobile secret out of every file it wrote', () => {
    const secret = createFactoryUnit('boron', { number: 2 }).identity.mobileSecret ?? '';
    const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) expect(readFileSync(join(file.parentPath, file.name)).includes(secret)).toBe(false);
  });

  it('names the entry when one byte of the record was changed', async () => {
    const file = join(data, 'audit.sqlite');
    const bytes = readFileSync(file);
    const at = bytes.indexOf('"wait-for-unit"');
    bytes[at + 2] = (bytes[at + 2] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const verify = await linewright('audit', 'verify', '--data', data, '--json');
    expect(verify.exit).toBe(1);
    expect(verify.json()[0]).toMatchObject({ intact: false, defects: [{ entry: expect.any(Number) }] });
  });

  it('reports a fault with its code and exits 1', async () => {
    const other = mkdtempSync(join(tmpdir(), 'linewright-cli-'));
    const options = ['--speed', '50', '--scale', '0.02', '--data', other, '--json'];
    const run = await linewright('run', '--virtual', 'boron', '--fault', 'boron:no-sim', ...options);
    expect(run.exit).toBe(1);
    expect(run.json()).toMatchObject([{ outcome: 'FAIL', failure: { code: 'sim/none' } }]);
    rmSync(other, { recursive: true });
  });

  it('identifies what is plugged in, SIM included', async () => {
    const unit = createFactoryUnit('b5som', { number: 1 });
    const identify = await linewright(
      'identify',
      '--virtual',
      'b5som',
      '--speed',
      '50',
      '--data',
      join(data, 'identify'),
      '--json',
    );
    expect(identify.exit).toBe(0);
    expect(identify.json()).toMatchObject([{ ok: true, deviceId: unit.identity.deviceId, imei: unit.modem.imei }]);
  });

  it('reads a label without ever printing the mobile secret', async () => {
    const label = await linewright('label', 'P046AF1450000FC QWERTYUIOPASDFG', '--json');
    expect(label.exit).toBe(0);
    expect(label.json()).toMatchObject([
      { ok: true, kind: 'serial-number', value: 'P046AF1450000FC', hasMobileSecret: true },
    ]);
    expect(label.out + label.err).not.toContain('QWERTYUIOPASDFG');
    const broken = await linewright('label', 'no label', '--json');
    expect(broken.exit).toBe(1);
    expect(broken.json()).toMatchObject([{ ok: false, failure: { code: 'label/unreadable' } }]);
  });

  it('inspects a firmware file, and refuses one that is damaged', async () => {
    const release = generateRelease({ platform: 'boron', deviceOs: '6.2.0', productVersion: 7, appSeed: 1, scale: 0 });
    const good = join(data, 'app.bin');
    writeFileSync(good, release.application.bytes);
    const inspected = await linewright('firmware', 'inspect', good, '--json');
    expect(inspected.exit).toBe(0);
    expect(inspected.json()).toMatchObject([{ ok: true, function: 'user-part', productVersion: 7 }]);
    const bad = join(data, 'bad.bin');
    writeFileSync(
      bad,
      release.application.bytes.map((byte, index) => (index === 40 ? byte ^ 1 : byte)),
    );
    const refused = await linewright('firmware', 'inspect', bad, '--json');
    expect(refused.exit).toBe(1);
    expect(refused.json()).toMatchObject([{ ok: false, failure: { code: 'firmware/bad-crc' } }]);
  });

  it.each([
    [['run']],
    [['run', '--virtual', 'toaster']],
    [['run', '--virtual', 'boron', '--station', 'x.json']],
    [['run', '--virtual', 'boron', '--fault', '9:no-sim']],
    [['run', '--virtual', 'boron', '--fault', 'boron:no-such-fault']],
    [['audit']],
    [['no-such-command']],
    [['runs', '--outcome', 'MAYBE']],
    [['runs', '--limit', 'all']],
    [['rehearse', '--speed', 'fast']],
    [['run', '--virtual', 'boron', '--scale', '2']],
    [['serve', '--virtual', 'boron', '--port', 'http']],
  ])('exits 2 for misuse: %j', async (args) => {
    expect((await linewright(...args)).exit).toBe(2);
  });

  it('says in words what is wrong with a station file', async () => {
    const file = join(data, 'station.json');
    writeFileSync(file, JSON.stringify({ format: 1, name: 'line', slots: [], token: 'secret-in-the-wrong-place' }));
    const run = await linewright('run', '--station', file, '--json');
    expect(run.exit).toBe(1);
    expect(run.json()).toMatchObject([{ failure: { code: 'station/invalid-file' } }]);
    expect(run.out).toContain('slots');
    expect(run.out).not.toContain('secret-in-the-wrong-place');
  });
});
