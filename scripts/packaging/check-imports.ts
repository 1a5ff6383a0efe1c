import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { execa } from 'execa';

/**
 * What is wrong with the imports of the main bundle: everything it imports from outside must load from the unpacked tree of the app alone,
 * native binaries included. The tree must lie outside the repository.
 */
export async function checkImports(app: string): Promise<readonly string[]> {
  const external = externalImports(join(app, 'dist', 'main'));
  const missing = ['better-sqlite3', 'serialport', 'usb'].filter((name) => !external.includes(name));
  if (missing.length > 0) return [`these are not imported from outside, so they were bundled: ${missing.join(', ')}`];
  const script = `
    for (const name of ${JSON.stringify(external)}) await import(name);
    new (await import('better-sqlite3')).default(':memory:').close();
    (await import('serialport')).SerialPort.binding;
    (await import('usb')).usb.getDevices;`;
  const { exitCode, stderr } = await execa(process.execPath, ['--input-type=module', '-e', script], {
    cwd: app,
    reject: false,
    env: { NODE_PATH: undefined },
  });
  if (exitCode === 0) return [];
  return [`the packed app does not find what it imports: ${stderr.split('\n').slice(0, 8).join(' ')}`];
}

/** Names of packages the scripts of a folder import, statically or not; neither Node's own nor Electron's. */
function externalImports(folder: string): readonly string[] {
  const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  const names = scripts.flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return [...text.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, imported = '']) => imported);
  });
  return [...new Set(names)].filter(
    (name) => /^(@[\w-]+\/)?[a-z][\w./-]*$/.test(name) && !isBuiltin(name) && !name.startsWith('electron/'),
  );
}
