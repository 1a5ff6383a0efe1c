import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeDemoRecipe } from '../../../firmware/write-demo-recipe.ts';
import { type PlanCommandOptions, planCommand } from '../../../src-main/cli/plan-command.ts';
import type { JsonObject } from '../../../src-main/domain/json.ts';
import { loadRecipe } from '../../../src-main/firmware/load-recipe.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';

const folder = mkdtempSync(join(tmpdir(), 'linewright-plan-'));
let recipePath = '';
let recipe: Recipe;

beforeAll(async () => {
  const product = { id: 12_313, version: 7 };
  const options = { platform: 'boron', deviceOs: '6.2.0', product, appSeed: 7, scale: 0.02 } as const;
  ({ recipePath } = await writeDemoRecipe(join(folder, 'recipe'), options));
  const loaded = await loadRecipe(recipePath);
  if (!loaded.ok) throw new Error(loaded.failure.detail);
  recipe = loaded.value;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('linewright plan', () => {
  test('asks the unit in a slot of a virtual line and names every step', async () => {
    const { exit, results, text } = await plan({ unit: '1', virtual: 'boron' });
    expect(exit).toBe(0);
    expect(results[0]).toMatchObject({
      ok: true,
      unit: { platform: 'boron', mode: 'normal', isAsked: true },
      writes: [
        { address: '0x000d4000', transport: 'dfu' },
        { address: '0x00028000', what: 'Device OS 6.2.0', compare: false },
        { address: '0x000b4000', what: 'application, version 7' },
      ],
      skipped: [{ what: 'radio stack 202' }],
    });
    expect(text).toContain('In DFU mode');
    expect(text).toContain('bytes over DFU, about');
  });

  test('takes a saved report of identify, and says when there is nothing to do', async () => {
    const modules = [...recipe.system, recipe.application].map((module) => ({
      function: module.function,
      index: module.index,
      version: module.version,
      store: 'main',
      faults: [],
      dependencies: module.dependencies,
      sizeBytes: module.bytes.length,
      sha256: module.sha256,
    }));
    const bootloader = { ...modules[0], function: 'bootloader', index: 0, version: 3100 };
    const report = { ok: true, platform: 'boron', route: 'control', modules: [bootloader, ...modules] };
    const { exit, results, text } = await plan({ unit: saved(report) });
    expect([exit, results[0]?.totalBytes]).toEqual([0, 0]);
    expect(text).toContain('Nothing to do');
    const full = await plan({ unit: saved(report), full: true });
    expect(full.results[0]?.writes).toHaveLength(4);
  });

  test('of a unit found in DFU mode writes everything', async () => {
    const { results } = await plan({ unit: saved({ ok: true, platform: 'boron', route: 'dfu' }) });
    expect(results[0]).toMatchObject({ unit: { mode: 'dfu', isAsked: false } });
    expect(results[0]?.writes).toHaveLength(4);
  });

  test.each([
    ['a report of another platform', { ok: true, platform: 'electron', route: 'dfu' }, 'plan/refused'],
    [
      'a unit whose bootloader is too old',
      { ok: true, platform: 'boron', route: 'control', modules: [] },
      'plan/bootloader-too-old',
    ],
    ['a report without a platform', { ok: false }, 'request/invalid'],
    [
      'a module list that is none',
      { platform: 'boron', route: 'control', modules: [{ function: 'x' }] },
      'request/invalid',
    ],
  ])('%s is refused', async (_what, report, code) => {
    const { exit, results } = await plan({ unit: saved(report) });
    expect([exit, results[0]]).toMatchObject([code === 'request/invalid' ? 2 : 1, { code }]);
  });

  test('a file with the lines of two units is refused, and so is one that is no JSON', async () => {
    const one = JSON.stringify({ platform: 'boron', route: 'dfu' });
    expect((await plan({ unit: savedText(`${one}\n${one}\n`) })).results[0]).toMatchObject({ code: 'request/invalid' });
    expect((await plan({ unit: savedText('Boron') })).results[0]).toMatchObject({ code: 'request/invalid' });
    expect((await plan({ unit: folder })).results[0]).toMatchObject({ code: 'request/invalid' });
  });

  test('no such recipe, slot or file is said by its code', async () => {
    const dfu = saved({ platform: 'boron', route: 'dfu' });
    expect((await plan({ unit: dfu, recipe: '/nowhere/recipe.json' })).results[0]).toMatchObject({
      code: 'recipe/file-missing',
      detail: expect.stringContaining('recipe list'),
    });
    expect((await plan({ unit: dfu, recipe: '0123abcd' })).results[0]).toMatchObject({ code: 'store/not-found' });
    expect((await plan({ unit: '9', virtual: 'boron' })).results[0]).toMatchObject({ code: 'slot/unknown' });
    expect(await plan({ unit: 'nothing' })).toMatchObject({ exit: 2, results: [{ code: 'request/invalid' }] });
  });

  test('is a command of its own that wants a unit and a recipe', async () => {
    const cli = (...args: string[]) =>
      execa(process.execPath, ['src-main/cli/linewright.ts', 'plan', ...args], { reject: false });
    expect((await cli('--unit', '1')).exitCode).toBe(2);
    const unit = saved({ platform: 'boron', route: 'dfu' });
    const ended = await cli('--unit', unit, '--recipe', recipePath, '--json');
    expect([ended.exitCode, JSON.parse(ended.stdout)]).toMatchObject([0, { ok: true }]);
  });
});

async function plan(options: Partial<PlanCommandOptions>) {
  const results: JsonObject[] = [];
  let text = '';
  const exit = await planCommand(
    {
      data: folder,
      hasOwnData: true,
      speed: '50',
      scale: '0.02',
      fault: [],
      unit: '1',
      recipe: recipePath,
      ...options,
    },
    {
      json: true,
      result: (value, shown) => {
        results.push(value);
        text = shown;
      },
      failed: (failure) => {
        results.push({ code: failure.code, detail: failure.detail });
        return 1;
      },
    },
  );
  return { exit, results, text };
}

function saved(report: object): string {
  return savedText(JSON.stringify(report));
}

let files = 0;

function savedText(text: string): string {
  const file = join(folder, `unit-${++files}.json`);
  writeFileSync(file, text);
  return file;
}
