import { benchName, openBench } from '../../suites/this-bench.ts';
import { usbBusSuite } from '../../suites/usb-bus.suite.ts';

usbBusSuite(benchName, openBench);
