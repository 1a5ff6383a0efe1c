import { writeFileSync } from 'node:fs';
import { faultsDocument } from '../test/unit/faults/faults-document.ts';

writeFileSync('docs/faults.md', faultsDocument());
