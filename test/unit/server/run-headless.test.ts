import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeRunFile } from '../../../src-main/server/run-file.ts';
import { runHeadless } from '../../../src-main/server/run-headless.ts';
import { createScriptedStation } from './scripted-station.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linewright-run-'));
  writeFileSync(join(folder, 'index.html'), 'page');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('it prints one line with the address, answers there, and ends station, server and run file on the signal', async () => {
  const controller = new AbortController();
  const lines: string[] = [];
  const ends: string[] = [];
  const runFile = join(folder, 'run', 'headless.json');
  let ready = (_url: string): void => {};
  const url = new Promise<string>((resolve) => {
    ready = resolve;
  });
  const done = runHeadless(built(ends), {
    webRoot: folder,
    runFile,
    signal: controller.signal,
    print: (line) => {
      lines.push(line);
      ready(/http\S+/.exec(line)?.[0] ?? '');
    },
  });
  const address = await url;
  expect(await (await fetch(address)).text()).toBe('page');
  expect(JSON.parse(readFileSync(runFile, 'utf8'))).toEqual({ pid: process.pid, url: address });
  controller.abort();
  await done;
  expect({ lines: lines.length, ends, runFile: existsSync(runFile) }).toEqual({
    lines: 1,
    ends: ['closed'],
    runFile: false,
  });
  await expect(fetch(address)).rejects.toThrow();
});

test('the station is closed too when the port cannot be had', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const ends: string[] = [];
  const { port } = other.address() as AddressInfo;
  const options = { webRoot: folder, port, print: () => {}, signal: new AbortController().signal };
  await expect(runHeadless(built(ends), options)).rejects.toMatchObject({ code: 'station/port-in-use' });
  expect(ends).toEqual(['closed']);
  other.close();
});

test('nobody listens any more when the run file cannot be written', async () => {
  const blocked = join(folder, 'index.html', 'run.json');
  const { station } = createScriptedStation(() => ({ ok: true, value: null }));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const options = { webRoot: folder, port, runFile: blocked, print: () => {}, signal: new AbortController().signal };
  await expect(runHeadless({ station, close: () => {} }, options)).rejects.toThrow(/index\.html/);
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
});

test.skipIf(process.platform === 'win32')(
  'the run file is for this user only and is never written through a link',
  () => {
    const victim = join(folder, 'victim');
    const path = join(folder, 'private', 'run.json');
    writeFileSync(victim, 'untouched');
    writeRunFile(path, { pid: 1, url: 'first' });
    rmSync(path);
    symlinkSync(victim, path);
    const remove = writeRunFile(path, { pid: 1, url: 'second' });
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'private')).mode & 0o777).toBe(0o700);
    remove();
    expect(existsSync(path)).toBe(false);
  },
);

function built(ends: string[]) {
  const { station } = createScriptedStation(() => ({ ok: true, value: null }));
  return { station, close: () => void ends.push('closed') };
}
