import type { OpenBench } from './bench.ts';
import { openRehearsalBench } from './rehearsal-bench.ts';
import { openVirtualBench } from './virtual-bench.ts';

const isUsb = process.env.LINEWRIGHT_BENCH === 'usb';

/** The bench the suites run on: the in-process virtual line, or with LINEWRIGHT_BENCH=usb this computer's USB. */
export const openBench: OpenBench = isUsb ? openRehearsalBench : openVirtualBench;
export const benchName = isUsb ? 'units on USB' : 'the virtual line';
