import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const REFUSED = [
  ['src-main/domain', '../ports/usb-bus.ts'],
  ['src-main/domain', 'node:fs'],
  ['src-main/contract', '../station/station.ts'],
  ['src-main/protocol', '../firmware/recipe.ts'],
  ['src-main/firmware', '../procedure/facts.ts'],
  ['src-main/ports', '../procedure/facts.ts'],
  ['src-main/ports', '../identity/check-unit.ts'],
  ['src-main/identity', 'node:fs'],
  ['src-main/identity', '../procedure/facts.ts'],
  ['src-main/identity', '../adapters/identity/schema.ts'],
  ['src-main/ports', '../product-view/all-pages.ts'],
  ['src-main/product-view', '../station/station.ts'],
  ['src-main/product-view', '../adapters/cloud/cloud.http.ts'],
  ['src-main/product-view', '../contract/contract.ts'],
  ['src-main/procedure/steps', '../../adapters/usb/flasher.dfu-util.ts'],
  ['src-main/procedure', '../station/station.ts'],
  ['src-main/procedure', 'serialport'],
  ['src-main/outbox', '../station/station.ts'],
  ['src-main/outbox', '../online/online-watch.ts'],
  ['src-main/outbox', '../adapters/cloud/cloud.http.ts'],
  ['src-main/online', '../outbox/outbox.ts'],
  ['src-main/online', '../station/station.ts'],
  ['src-main/online', '../adapters/cloud/product-events.http.ts'],
  ['src-main/procedure', '../outbox/outbox.ts'],
  ['src-main/procedure', '../online/online-watch.ts'],
  ['src-main/adapters/cloud', '../../outbox/outbox.ts'],
  ['src-main/virtual/cloud', '../../online/online-watch.ts'],
  ['src-main/station', '../virtual/line/virtual-line.ts'],
  ['src-main/station', '../build-station.ts'],
  ['src-main/adapters/cloud', '../../station/station.ts'],
  ['src-main/adapters/usb', '../../virtual/line/virtual-line.ts'],
  ['src-main/virtual/unit', '../../adapters/usb/unit-control.ts'],
  ['src-renderer', '../src-main/procedure/facts.ts'],
  ['src-renderer', 'node:fs'],
] as const;
const ALLOWED = [
  ['src-main/identity', '../ports/identity-book.ts'],
  ['src-main/procedure/steps', '../../identity/check-unit.ts'],
  ['src-main/procedure/steps', '../../ports/usb-bus.ts'],
  ['src-main/product-view', '../ports/product-cloud.ts'],
  ['src-main/station', '../product-view/all-pages.ts'],
  ['src-main/station', '../procedure/facts.ts'],
  ['src-main/station', '../outbox/outbox.ts'],
  ['src-main/station', '../online/online-watch.ts'],
  ['src-main/outbox', '../procedure/time.ts'],
  ['src-main/online', '../ports/product-events.ts'],
  ['src-main/adapters/usb', '../../ports/usb-bus.ts'],
  ['src-main', './adapters/usb/unit-control.ts'],
] as const;

let tree: string;
let lintSaid: string;

/** The file in the planted tree that holds this one import. */
function planted(folder: string, imported: string): string {
  const index = [...REFUSED, ...ALLOWED].findIndex(([where, what]) => where === folder && what === imported);
  return join(folder, `planted-${index}.ts`);
}

/** What the compiler says of this text under the given project's rules. */
function compile(project: string, text: string): string {
  const folder = mkdtempSync(join(tree, 'compile-'));
  writeFileSync(join(folder, 'planted.ts'), text);
  const settings = { extends: join(process.cwd(), project), include: ['planted.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  return execaSync('tsc', ['-p', folder], { preferLocal: true, reject: false, all: true }).all;
}

beforeAll(() => {
  mkdirSync('.cache', { recursive: true });
  tree = mkdtempSync(join('.cache', 'planted-'));
  const { vcs: _ignored, ...rules } = JSON.parse(readFileSync('biome.json', 'utf8'));
  writeFileSync(join(tree, 'biome.json'), JSON.stringify({ root: true, ...rules }));
  for (const [folder, imported] of [...REFUSED, ...ALLOWED]) {
    const file = join(tree, planted(folder, imported));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `import { something } from '${imported}';\n\nexport const planted = something;\n`);
  }
  const options = { cwd: tree, localDir: process.cwd(), preferLocal: true, reject: false, all: true } as const;
  lintSaid = execaSync('biome', ['lint', '--max-diagnostics=none', '.'], options).all;
});

afterAll(() => rmSync(tree, { recursive: true }));

describe('the one-way rule', () => {
  it.each(REFUSED)('a file in %s may not import %s', (folder, imported) => {
    expect(lintSaid).toMatch(refusalOf(folder, imported));
  });

  it.each(ALLOWED)('a file in %s may import %s', (folder, imported) => {
    expect(lintSaid).not.toMatch(refusalOf(folder, imported));
  });

  it('is held by the compiler too: domain and contract know neither Node nor the browser', () => {
    const text = 'export const a = process.pid;\nexport const b = document.title;\n';
    expect(compile('src-main/domain/tsconfig.json', text)).toMatch(/'process'[\s\S]*'document'/);
  });

  it('is held by the compiler too: the station knows no browser, the page no Node', () => {
    expect(compile('tsconfig.json', 'export const a = document.title;\n')).toContain("'document'");
    expect(compile('src-renderer/tsconfig.json', 'export const a = process.pid;\n')).toContain("'process'");
  });
});

function refusalOf(folder: string, imported: string): RegExp {
  return new RegExp(`${planted(folder, imported).replaceAll('.', '\\.')}:\\d+:\\d+ lint/style/noRestrictedImports`);
}
