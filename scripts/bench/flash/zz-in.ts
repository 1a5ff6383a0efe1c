import { measureInProcess } from './in-process.ts';
await measureInProcess({ platform: (process.argv[2] ?? 'boron') as never, together: Number(process.argv[3] ?? 1), scale: Number(process.argv[4] ?? 1) }, (m) => console.log(m.task, m.toolMs, JSON.stringify(m.plug), m.job.wallMs.toFixed(0), (m.job.wallMs/(m.job.eraseMs+m.job.programMs+m.job.wireMs)).toFixed(3), 'away', m.job.awayMs.toFixed(0), m.job.restartsMs.toFixed(0), m.job.restarts, m.steps?.map((s) => s.step + ' ' + s.durationMs).join(', ')));
process.exit(0);
