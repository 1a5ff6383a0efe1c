import { buildVirtualStation } from '../../src-main/build-virtual-station.ts';

/*
 * A process of its own: builds a virtual boron and kills itself, as a power cut would, in the moment a step begins. Arguments: data
 * folder, step.
 */
const [data = '', victim = ''] = process.argv.slice(2);
const built = await buildVirtualStation({ platforms: ['boron'], data, speed: 50, scale: 0.02 });
if (!built.ok) throw new Error(built.failure.detail);
const { station, bench } = built.value;
station.subscribe(({ slots }) => {
  const isThere = slots[0]?.run?.steps.some(({ step, state }) => step === victim && state === 'running');
  if (isThere) process.kill(process.pid, 'SIGKILL');
});
await bench.plug('1', undefined);
await station.call('scan', { text: bench.labelText('1'), slot: '1' });
