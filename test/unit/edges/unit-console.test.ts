import { unitConsoleSuite } from '../../suites/unit-console.suite.ts';
import { openVirtualBench } from './virtual-bench.ts';

unitConsoleSuite('the virtual line', openVirtualBench);
