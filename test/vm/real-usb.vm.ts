import { afterAll, beforeAll, describe, it } from 'vitest';
import { describeKernelView } from './kernel-view.ts';
import { bootLab, type Guest } from './lab/guest.ts';
import { prepareLab, titled } from './lab/prepared-lab.ts';
import { describeSeparateDfuUtil } from './separate-dfu-util.ts';
import { describeVendorCommandLine } from './vendor-command-line.ts';

// One boot for everything: under emulation the machine and Node take seconds to start.
const { missing, referee } = await prepareLab();

describe.skipIf(missing)(titled('virtual units on a real Linux kernel', missing), () => {
  let running: Guest | undefined;
  const guest = (): Guest => {
    if (!running) throw new Error('the guest is not up');
    return running;
  };
  beforeAll(async () => {
    running = await bootLab(typeof referee === 'object' ? { images: referee.images } : {});
    console.log(`the guest (Linux ${running.kernel}, Node ${running.node}) answered after ${running.bootMs} ms`);
  });
  afterAll(() => running?.stop());

  describeKernelView(guest);
  if (typeof referee === 'string') {
    it.skip(titled('dfu-util and particle-cli with the images of particle-cli', referee));
  } else {
    describeSeparateDfuUtil(guest, referee);
    describeVendorCommandLine(guest, referee);
  }
});
