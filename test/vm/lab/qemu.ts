import path from 'node:path';
import process from 'node:process';
import type { FolderImage } from './folder-image.ts';
import { guestCache, repository } from './lab-availability.ts';

export type LabOptions = {
  /** How long the guest may live in all; then it is killed and every call rejects. Default 15 minutes. */
  readonly deadlineMs?: number;
  /** One processor in deterministic virtual time, about 1 ns per instruction: for figures (usb-lab.md 5). */
  readonly countInstructions?: boolean;
  /** Hardware virtualisation. Off by default: where it is half there, a guest hangs in the boot ROM (usb-lab.md 1). */
  readonly hardwareAcceleration?: boolean;
  /** Folders of the host that the guest reads from an image instead of the share; see folder-image.ts. */
  readonly images?: readonly FolderImage[];
};

/**
 * The virtual machine's command line (usb-lab.md 1): no device the guest does not use, the host's root read-only, a
 * writable folder for results, one serial port for the agent.
 *
 * The processor's own counter (TSC) is not the guest's clock: on a busy host its frequency is measured wrongly at boot,
 * and then seconds in the guest pass ten times too fast.
 */
export function qemuArguments(image: string, initrd: string, results: string, options: LabOptions): string[] {
  const words = [repository, process.execPath].map((word) => {
    if (/\s/.test(word)) throw new Error(`The guest cannot be told of ${word}: the path holds a space.`);
    return word;
  });
  const accelerator = options.hardwareAcceleration ? ['-accel', 'kvm', '-cpu', 'host'] : ['-cpu', 'max'];
  const time = options.countInstructions
    ? ['-accel', 'tcg,thread=single,tb-size=512', '-icount', 'shift=0,sleep=on', '-smp', '1']
    : ['-smp', '2', ...(options.hardwareAcceleration ? [] : ['-accel', 'tcg,thread=multi,tb-size=512'])];
  const share = (id: string, folder: string, more: string) =>
    ['-fsdev', `local,id=${id},path=${folder},security_model=none,multidevs=remap${more}`].concat([
      '-device',
      `virtio-9p-pci,fsdev=${id},mount_tag=${id}`,
    ]);
  return [
    ...['-no-user-config', '-nodefaults', '-no-reboot', '-display', 'none', '-m', '3G'],
    ...['-machine', 'q35,usb=off,sata=off,hpet=off,smbus=off'],
    ...accelerator,
    ...time,
    ...['-kernel', image, '-initrd', initrd],
    ...[
      '-append',
      `console=ttyS0 loglevel=3 panic=-1 tsc=unstable mitigations=off -- ${secondScript} ${words.join(' ')}`,
    ],
    ...['-serial', `file:${path.join(results, 'console.log')}`],
    ...share('host', '/', ',readonly=on'),
    ...share('results', results, ''),
    ...share('cache', guestCache, ''),
    ...(options.images ?? []).flatMap(({ file }, index) => [
      '-drive',
      `if=none,id=image${index},file=${file},format=raw,readonly=on`,
      '-device',
      `virtio-blk-pci,drive=image${index}`,
    ]),
    ...['-device', 'virtio-serial-pci', '-chardev', 'stdio,id=agent,signal=off'],
    ...['-device', 'virtserialport,chardev=agent,name=agent'],
  ];
}

const secondScript = path.join(import.meta.dirname, 'guest-start.sh');
