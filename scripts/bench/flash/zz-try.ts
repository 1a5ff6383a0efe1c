import { bootLab } from '/work/main/test/vm/lab/guest.ts';
import { prepareLab } from '/work/main/test/vm/lab/prepared-lab.ts';

const { missing, referee } = await prepareLab();
if (missing || typeof referee === 'string') throw new Error(String(missing ?? referee));
const t0 = Date.now();
const say = (...a: unknown[]) => console.log(((Date.now() - t0) / 1000).toFixed(1), ...a);
const guest = await bootLab({ countInstructions: true, images: referee.images, deadlineMs: 1_500_000 });
say('booted', guest.bootMs);
const call = (name: string, input: object) =>
  guest.call('scripts/bench/flash/guest-jobs.ts', name, { scale: 1, units: 1, ...input }, 600_000);
try {
  const platform = process.argv[2] ?? 'electron';
  say('station', JSON.stringify(await call('stationJobs', { platform, condition: 'fresh' }), null, 1));
  if (process.argv[3])
    say(
      'station',
      JSON.stringify(
        await call('stationJobs', { platform, condition: 'fresh', units: Number(process.argv[3]) }),
        null,
        1,
      ),
    );
} finally {
  await guest.stop();
}
