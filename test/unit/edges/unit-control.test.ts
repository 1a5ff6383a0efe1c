import { benchName, openBench } from '../../suites/this-bench.ts';
import { unitControlSuite } from '../../suites/unit-control.suite.ts';

unitControlSuite(benchName, openBench);
