import { usbBusSuite } from '../../suites/usb-bus.suite.ts';
import { openVirtualBench } from './virtual-bench.ts';

usbBusSuite('the virtual line', openVirtualBench);
