import { DEFAULT_VIRTUAL_LINE } from './default-line.ts';

/**
 * The station without a window: `npm start` where there is no Electron runtime or no display. It is `linewright serve` with the same
 * options; the line is a virtual one of three units unless `--station` or `--virtual` names another.
 */
const given = process.argv.slice(2);
const namesLine = given.some((argument) => /^--(station|virtual)(=|$)/.test(argument));
const line = namesLine ? [] : ['--virtual', DEFAULT_VIRTUAL_LINE];

process.argv.splice(2, given.length, 'serve', ...line, ...given);
await import('./cli/linewright.ts');
