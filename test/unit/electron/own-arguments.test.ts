import { describe, expect, test } from 'vitest';
import {
  ownArguments,
  virtualDfuUtilArguments,
  virtualDfuUtilCommand,
} from '../../../src-main/electron/own-arguments.ts';

describe('the arguments that are ours', () => {
  test.each([
    ['a packed app', ['/opt/Linewright/linewright', '--station', 'line.json'], true],
    ['an app given to Electron as a folder', ['/e/electron', '/opt/app', '--station', 'line.json'], false],
    [
      'an app started as root by a test',
      ['/e/electron', '--inspect=0', '--no-sandbox', '/opt/app', '--station', 'line.json'],
      false,
    ],
    [
      'a packed app with switches of Chromium',
      ['/opt/l', '--no-sandbox', '--station', 'line.json', '--ozone-platform=wayland'],
      true,
    ],
  ])('%s: neither executable, nor folder, nor Chromium switches', (_name, argv, isPackaged) => {
    expect(ownArguments(argv, isPackaged)).toEqual(['--station', 'line.json']);
  });

  test('a mistyped option stays, to be refused', () => {
    expect(ownArguments(['/opt/l', '--sation', 'line.json'], true)).toEqual(['--sation', 'line.json']);
  });
});

describe('the app as the flash tool of the virtual line', () => {
  const dfuUtil = ['-d', '2b04:d00d', '-a', '0', '-s', '0x30000:leave', '-D', '/tmp/a.bin', '--disable-all'];

  test.each([
    ['packed', { execPath: '/opt/l', argv: ['/opt/l'] }, undefined, true],
    ['unpacked', { execPath: '/e/electron', argv: ['/e/electron', '/opt/app'] }, '/opt/app', false],
    ['unpacked, as root', { execPath: '/e/electron', argv: ['/e/electron', '--no-sandbox', '/a'] }, '/a', false],
    ['packed, without sandbox', { execPath: '/opt/l', argv: ['/opt/l', '--no-sandbox'] }, undefined, true],
  ])('%s: what it starts comes back to it as the same arguments', (_name, process, appPath, isPackaged) => {
    const { command, args } = virtualDfuUtilCommand(process, appPath);
    const own = ownArguments([command, ...args, ...dfuUtil], isPackaged);
    expect(virtualDfuUtilArguments(own)).toEqual(dfuUtil);
  });

  test('it is the flash tool only when that comes first', () => {
    expect(virtualDfuUtilArguments(['--station', '--virtual-dfu-util'])).toBeUndefined();
    expect(virtualDfuUtilArguments([])).toBeUndefined();
  });
});
