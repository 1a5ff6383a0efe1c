import { flasherSuite } from '../../suites/flasher.suite.ts';
import { openVirtualBench } from './virtual-bench.ts';

flasherSuite('the virtual line', openVirtualBench);
