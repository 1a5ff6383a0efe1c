import { flasherSuite } from '../../suites/flasher.suite.ts';
import { benchName, openBench } from '../../suites/this-bench.ts';

flasherSuite(benchName, openBench);
