import { unitControlSuite } from '../../suites/unit-control.suite.ts';
import { openVirtualBench } from './virtual-bench.ts';

unitControlSuite('the virtual line', openVirtualBench);
