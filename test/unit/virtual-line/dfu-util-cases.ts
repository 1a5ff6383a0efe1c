import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault, FaultName, VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';

/** What a program did: exit code, and its lines without banner, unfinished bars, device numbers and the folder's name. */
export type Transcript = { readonly code: number; readonly out: readonly string[]; readonly err: readonly string[] };

/** How a program is run: dfu-util's arguments in, what it did out. */
export type RunProgram = (
  args: readonly string[],
) => Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;

type Case = {
  readonly args: readonly string[];
  /** Done to the unit on port 1-1 or 1-2 before. */
  readonly fault?: readonly [portPath: '1-1' | '1-2', fault: Fault];
  readonly clear?: readonly [portPath: '1-1' | '1-2', name: FaultName];
};

const FILE_SIZES = { i0: 0, i8: 8, i100: 100, i9000: 9000 } as const;
const BORON = ['-p', '1-1', '-a', '0'];
const ELECTRON = ['-p', '1-2', '-a', '0'];
const write = (file: keyof typeof FILE_SIZES): string[] => ['-D', `%/${file}`];
const read = (file: string): string[] => ['-U', `%/${file}`];

/**
 * Runs of dfu-util in this order, on a boron at port 1-1 and an electron at 1-2, both in DFU mode. Later cases see what earlier ones
 * left behind. `%` stands for a folder with the files.
 */
const CASES: Readonly<Record<string, Case>> = {
  'two units match': { args: ['-a', '0', '-s', '0xb4000', ...write('i100')] },
  'no unit there': { args: ['-p', '1-9', '-a', '0', '-s', '0xb4000', ...write('i100')] },
  'a plain write': { args: [...BORON, '-s', '0xb4000', ...write('i9000')] },
  'a verbose write': { args: ['-v', ...BORON, '-s', '0xb4000', ...write('i9000')] },
  'a very verbose write': { args: ['-vv', ...BORON, '-s', '0xb4000', ...write('i100')] },
  'a write across pages': { args: [...BORON, '-s', '0xb4f00', ...write('i9000')] },
  'a verbose write across pages': { args: ['-v', ...BORON, '-s', '0xb4f00', ...write('i9000')] },
  'a write across large sectors': { args: ['-v', ...ELECTRON, '-s', '0x0809ff00', ...write('i9000')] },
  'a sector the electron refuses': { args: [...ELECTRON, '-s', '0x0800c000', ...write('i100')] },
  'the electron after that': { args: [...ELECTRON, '-s', '0x08080000', ...write('i100')] },
  'an address outside the electron': { args: [...ELECTRON, '-s', '0x07000000', ...write('i100')] },
  'the same with force': { args: [...ELECTRON, '-s', '0x07000000:force', ...write('i100')] },
  'the electron after force': { args: [...ELECTRON, '-s', '0x08080000', ...write('i100')] },
  'outside the boron with force': { args: [...BORON, '-s', '0x70000000:force', ...write('i100')] },
  'the boron after force': { args: [...BORON, '-s', '0xb4000', ...write('i100')] },
  'the last page is too short': { args: [...BORON, '-s', '0xff000', ...write('i9000')] },
  'a read-only page first': { args: [...BORON, '-s', '0x0', ...write('i9000')] },
  'an empty file': { args: [...BORON, '-s', '0xb4000', ...write('i0')] },
  'a file shorter than a suffix': { args: [...BORON, '-s', '0xb4000', ...write('i8')] },
  'the DCT': { args: ['-p', '1-1', '-a', '1', '-s', '0x100', ...write('i100')] },
  'the DCT from 0': { args: ['-p', '1-1', '-a', '1', '-s', '0', ...write('i100')] },
  'external flash': { args: ['-p', '1-1', '-a', '2', '-s', '0x80200000', ...write('i9000')] },
  'an alternate setting by name': {
    args: ['-p', '1-1', '-a', '@DCT Flash   /0x00000000/1*016Ke', '-s', '0x100', ...write('i100')],
  },
  'an alternate setting that is not there': { args: ['-p', '1-1', '-a', '7', '-s', '0x100', ...write('i100')] },
  'configuration and interface': { args: [...BORON, '-c', '1', '-i', '0', '-s', '0xb4000', ...write('i100')] },
  'another configuration': { args: [...BORON, '-c', '2', '-s', '0xb4000', ...write('i100')] },
  'another interface': { args: [...BORON, '-i', '1', '-s', '0xb4000', ...write('i100')] },
  'a smaller transfer size': { args: [...BORON, '-t', '2048', '-s', '0xb4000', ...write('i9000')] },
  'a larger transfer size': { args: [...BORON, '-t', '8192', '-s', '0xb4000', ...write('i9000')] },
  'an upload': { args: [...BORON, '-s', '0xb4000:9000', ...read('u1')] },
  'an upload into the same file': { args: [...BORON, '-s', '0xb4000:9000', ...read('u1')] },
  'an upload to the end of the segment': { args: [...BORON, '-s', '0xee000', ...read('u2')] },
  'an upload from nowhere': { args: [...BORON, ...read('u3')] },
  'an upload with a length only': { args: [...BORON, '-s', ':5000', ...read('u4')] },
  'an upload from outside': { args: [...BORON, '-s', '0x70000000:100', ...read('u5')] },
  'the same upload with force': { args: [...BORON, '-s', '0x70000000:force:100', ...read('u6')] },
  'an upload after that': { args: [...BORON, '-s', '0xb4000:100', ...read('u7')] },
  'an upload from outside the electron': { args: [...ELECTRON, '-s', '0x70000000:force:100', ...read('u8')] },
  'mass erase': { args: [...BORON, '-s', ':mass-erase', ...write('i100')] },
  'mass erase with force': { args: [...BORON, '-s', '0xb4000:mass-erase:force', ...write('i100')] },
  'the boron after mass erase': { args: [...BORON, '-s', '0xb4000', ...write('i100')] },
  unprotect: { args: [...ELECTRON, '-s', ':unprotect'] },
  'unprotect with force': { args: [...ELECTRON, '-s', ':unprotect:force'] },
  'an address that is none': { args: [...BORON, '-s', 'zz', ...write('i100')] },
  'a modifier that is none': { args: [...BORON, '-s', '0xb4000:go', ...write('i100')] },
  'no address': { args: [...BORON, ...write('i100')] },
  'a list by serial': { args: ['-l', '-a', '0', '-S', '<serial>'] },
  'a list by another serial': { args: ['-l', '-a', '0', '-S', 'nobody'] },
  'a serial in upper case': { args: ['-a', '0', '-s', '0xb4000', '-S', '<SERIAL>', ...write('i100')] },
  detach: { args: ['-e', ...BORON] },
  'a verbose list': { args: ['-l', '-v', '-p', '1-1'] },
  'will-reset': { args: [...BORON, '-s', '0xb4000:will-reset', ...write('i100')] },
  'the boron after will-reset': { args: [...BORON, '-s', '0xb4000', ...write('i100')] },
  'an erase fails': {
    fault: ['1-1', { name: 'dfu-stall-erase', number: 2 }],
    args: [...BORON, '-s', '0xb4000', ...write('i9000')],
  },
  'the boron after it': { clear: ['1-1', 'dfu-stall-erase'], args: [...BORON, '-s', '0xb4000', ...write('i9000')] },
  'a write fails': {
    fault: ['1-1', { name: 'dfu-error-write', number: 1 }],
    args: [...BORON, '-s', '0xb4000', ...write('i9000')],
  },
  'the boron after that': { clear: ['1-1', 'dfu-error-write'], args: [...BORON, '-s', '0xb4000', ...write('i9000')] },
  'a protected boron': {
    fault: ['1-1', { name: 'protected' }],
    args: [...BORON, '-s', '0xb4000', ...write('i100')],
  },
  'an upload from a protected boron': { args: [...BORON, '-s', '0xb4000:100', ...read('u9')] },
  'the boron no longer protected': { clear: ['1-1', 'protected'], args: [...BORON, '-s', '0xb4000', ...write('i100')] },
  'an erase of the electron fails': {
    fault: ['1-2', { name: 'dfu-stall-erase', number: 1 }],
    args: [...ELECTRON, '-s', '0x08080000', ...write('i9000')],
  },
  'the electron after it': {
    clear: ['1-2', 'dfu-stall-erase'],
    args: [...ELECTRON, '-s', '0x08080000', ...write('i9000')],
  },
  'a write of the electron fails': {
    fault: ['1-2', { name: 'dfu-error-write', number: 1 }],
    args: [...ELECTRON, '-s', '0x08080000', ...write('i9000')],
  },
  'the electron after a failed write': {
    clear: ['1-2', 'dfu-error-write'],
    args: [...ELECTRON, '-s', '0x08080000', ...write('i9000')],
  },
  'a reset at the end': { args: ['-R', ...ELECTRON, '-s', '0x08080000', ...write('i100')] },
  'the boron is pulled out': {
    fault: ['1-1', { name: 'unplug-at-byte', number: 4096 }],
    args: [...BORON, '-s', '0xb4000', ...write('i9000')],
  },
  leave: { args: [...ELECTRON, '-s', '0x08080000:leave', ...write('i100')] },
};

/** Runs every case and returns what the program did, by case. */
export async function runCases(
  units: readonly [boron: VirtualUnit, electron: VirtualUnit],
  folder: string,
  run: RunProgram,
): Promise<Record<string, Transcript>> {
  for (const [name, size] of Object.entries(FILE_SIZES)) {
    await writeFile(
      join(folder, name),
      Buffer.from(Array.from({ length: size }, (_value, index) => (index * 131) & 0xff)),
    );
  }
  for (let number = 1; number <= 9; number += 1) await rm(join(folder, `u${number}`), { force: true });
  const [boron, electron] = units;
  const unitAt = (portPath: '1-1' | '1-2'): VirtualUnit => (portPath === '1-1' ? boron : electron);
  const serial = boron.identity.deviceId;
  const transcripts: Record<string, Transcript> = {};
  for (const [name, { args, fault, clear }] of Object.entries(CASES)) {
    if (clear !== undefined) unitAt(clear[0]).clearFault(clear[1]);
    if (fault !== undefined) unitAt(fault[0]).setFault(fault[1]);
    const given = args.map((text) =>
      text.replace('%', folder).replace('<serial>', serial).replace('<SERIAL>', serial.toUpperCase()),
    );
    const { code, stdout, stderr } = await run(given);
    transcripts[name] = { code, out: tidy(stdout, folder).slice(7), err: tidy(stderr, folder) };
  }
  return transcripts;
}

function tidy(text: string, folder: string): string[] {
  const lines = text
    .replaceAll(folder, '%')
    .replaceAll(/devnum=\d+/g, 'devnum=N')
    .split(/\r|\n/);
  const isUnfinishedBar = (line: string): boolean => /\t\[/.test(line) && !line.includes('] 100% ');
  return lines.filter((line) => !isUnfinishedBar(line) && !line.startsWith('libusb version'));
}
