import { benchName, openBench } from '../../suites/this-bench.ts';
import { unitConsoleSuite } from '../../suites/unit-console.suite.ts';

unitConsoleSuite(benchName, openBench);
