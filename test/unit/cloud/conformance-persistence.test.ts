import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import { parseCloudSeed } from '../../../src-main/virtual/cloud/cloud-seed.ts';
import { createVirtualCloud } from '../../../src-main/virtual/cloud/virtual-cloud.ts';
import { D1, D2, D7, I1, I7, OP, PRODUCT, startCloudBench } from './cloud-bench.ts';
import { DRIVERS, driverOn } from './conformance-drivers.ts';

const DEVICES = `/v1/products/${PRODUCT}/devices`;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** The numbers are those of the checklist in cloud-api.md 7. */
describe.each(DRIVERS)('conformance: what the cloud remembers', (driven) => {
  test(`[63 ${driven}] everything is there again after a restart, and time goes on where it was`, async () => {
    const stateFile = freshFile();
    const before = await startCloudBench({ clockSpeed: 0, stateFile });
    const driver = driverOn(before, driven);
    const bytes = new Uint8Array([1, 2, 3, 255]);
    before.virtual.addFirmware({ productId: PRODUCT, version: 3, bytes });
    await driver.ask('POST', DEVICES, { ids: [D1, D7], claim_user: OP.username });
    await driver.ask('PUT', `${DEVICES}/${D1}`, { name: 'A', groups: ['europe'], development: true });
    await driver.ask('DELETE', `${DEVICES}/${D2}`);
    before.virtual.faults.add({ name: 'sim-stuck' });
    await driver.ask('POST', `/v1/products/${PRODUCT}/sims`, { sims: [I7] });
    before.virtual.state.clock.advance(86_400_000);
    const seen = [
      `${DEVICES}/${D1}`,
      `/v1/products/${PRODUCT}/sims/${I1}`,
      `/v1/products/${PRODUCT}/sims/${I7}`,
      DEVICES,
    ];
    const answers = [];
    for (const path of seen) answers.push(await driver.ask('GET', path));
    const now = before.virtual.state.clock.now();
    await before.virtual.close();

    await using after = await startCloudBench({ clockSpeed: 0, stateFile });
    expect(after.virtual.token).toBe(before.virtual.token);
    expect(after.virtual.state.clock.now()).toBeGreaterThanOrEqual(now);
    const again = driverOn(after, driven, before.virtual.token);
    for (const [index, path] of seen.entries()) expect(await again.ask('GET', path)).toEqual(answers[index]);
    const { firmware } = after.virtual.state;
    expect(firmware.map((row) => ({ ...row, bytes: [...row.bytes] }))).toMatchObject([
      { version: 3, bytes: [...bytes] },
    ]);
    expect(await again.ask('GET', `${DEVICES}/${D2}`)).toMatchObject({ status: 404 });
  });

  test(`[63 ${driven}] it begins with a seed file and begins anew with another`, async () => {
    const first = seed({ products: [{ id: PRODUCT, platformId: 13 }], units: [{ deviceId: D1, platformId: 13 }] });
    const virtual = await createVirtualCloud(first);
    const driver = driverOn({ virtual }, driven);
    expect(await driver.ask('POST', DEVICES, { id: D1 })).toMatchObject({ body: { updatedDeviceIds: [D1] } });
    virtual.reset(first);
    const anew = driverOn({ virtual }, driven);
    expect(await anew.ask('POST', DEVICES, { id: D1 })).toMatchObject({ body: { updatedDeviceIds: [D1] } });
    virtual.reset(seed({ products: [{ id: 5, platformId: 10 }] }));
    expect(await driverOn({ virtual }, driven).ask('GET', DEVICES)).toMatchObject({ status: 403 });
    await virtual.close();
  });

  test(`[63 ${driven}] time can pass faster: a SIM of two cloud hours is active when they are over`, async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const driver = driverOn(bench, driven);
    const unit = { deviceId: D7, platformId: 13, iccid: I7, activationClass: 'sometimes-slow' as const };
    bench.virtual.registerUnit({ ...unit, conditions: ['sim-inactive'] });
    await driver.ask('POST', DEVICES, { id: D7 });
    await driver.ask('PUT', `/v1/products/${PRODUCT}/sims/${I7}`, { action: 'reactivate' });
    const sim = () => driver.ask('GET', `/v1/products/${PRODUCT}/sims/${I7}`);
    bench.virtual.state.clock.advance(2 * 3_600_000 - 1);
    expect(await sim()).toMatchObject({ body: { state_change_in_progress: true } });
    bench.virtual.state.clock.advance(1);
    expect(await sim()).toMatchObject({ body: { status: 'active' } });
  });
});

describe('the state file', () => {
  test('holds every answered import of a cloud that was killed, and drops a line that broke off', async () => {
    const [stateFile, seedFile] = [freshFile(), freshFile()];
    const units = Array.from({ length: 40 }, (_none, index) => ({ deviceId: idOf(index), platformId: 13 }));
    writeFileSync(seedFile, JSON.stringify({ products: [{ id: PRODUCT, platformId: 13 }], units }));
    const args = ['virtual-cloud', '--json', '--state', stateFile, '--seed', seedFile];
    const program = spawn(process.execPath, ['src-main/cli/linewright.ts', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface(program.stdout), 'line');
    const { baseUrl, token } = JSON.parse(line);
    const answered: string[] = [];
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const add = async (index: number) => {
      const body = JSON.stringify({ id: idOf(index) });
      const { status } = await fetch(`${baseUrl}${DEVICES}`, { method: 'POST', headers, body });
      if (status === 200) answered.push(idOf(index));
      if (answered.length === 20) program.kill('SIGKILL');
    };
    await Promise.allSettled(units.map((_unit, index) => add(index)));
    if (program.exitCode === null && program.signalCode === null) await once(program, 'exit');
    expect(program.signalCode).toBe('SIGKILL');
    expect(answered.length).toBeGreaterThanOrEqual(20);
    appendFileSync(stateFile, '{"at":1,"rows":{"devices":[["e00f');

    const virtual = await createVirtualCloud({ stateFile });
    expect(virtual.token).toBe(token);
    expect(answered.filter((id) => virtual.state.devices.get(id)?.productId !== PRODUCT)).toEqual([]);
    await virtual.close();
  });

  test.each([
    'hello\n',
    '{"a":1}\n',
    '"linewright virtual cloud 1"\n{"at":1,"rows":{"planets":[]}}\n',
    '"linewright virtual cloud 1"\n[]\n',
  ])('is refused when it is none: %j', async (text) => {
    const stateFile = freshFile();
    writeFileSync(stateFile, text);
    await expect(createVirtualCloud({ stateFile })).rejects.toMatchObject({ code: 'request/invalid' });
    expect(readFileSync(stateFile, 'utf8')).toBe(text);
  });

  test('everything that a cloud remembers is written to it', async () => {
    const { state, close } = await createVirtualCloud();
    for (const part of Object.values<unknown>({ ...state })) {
      if (part instanceof Map) expect(part.constructor.name).toBe('WatchedMap');
    }
    await close();
  });
});

function seed(content: object) {
  const parsed = parseCloudSeed(JSON.stringify(content));
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  return parsed.value;
}

function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'virtual-cloud-'));
  folders.push(folder);
  return join(folder, 'state.jsonl');
}

function idOf(index: number): string {
  return `e00fce69${index.toString(16).padStart(16, '0')}`;
}
