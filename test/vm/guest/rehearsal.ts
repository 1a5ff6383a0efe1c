import process from 'node:process';
import { rehearseCommand } from '../../../src-main/cli/rehearse-command.ts';

// Runs inside the guest's agent: `linewright rehearse`, whose units live in this process, away from the station that builds them.

/** What `rehearse --json` prints: where the station file and the labels are, and what is plugged in. */
export type Rehearsal = {
  readonly station: string;
  readonly labels: string;
  readonly units: readonly {
    readonly slot: string;
    readonly portPath: string;
    readonly platform: string;
    readonly deviceId: string;
    readonly serialNumber: string;
    readonly iccid: string;
    readonly imei: string;
  }[];
};

let ended: Promise<number> | undefined;

/** Starts the rehearsal; resolves with what it prints once all units are plugged in. */
export function open(input: {
  readonly data: string;
  readonly units: string;
  readonly speed: string;
  readonly scale: string;
}): Promise<Rehearsal> {
  return new Promise((resolve, reject) => {
    ended = rehearseCommand(
      { ...input, fault: [] },
      {
        json: true,
        result: (value) => resolve(value as unknown as Rehearsal),
        failed: (failure) => {
          reject(new Error(`${failure.code}: ${failure.detail}`));
          return 1;
        },
      },
    );
    ended.catch(reject);
  });
}

/** Ends it as Ctrl-C would. */
export async function close(): Promise<number | undefined> {
  process.emit('SIGINT');
  return ended;
}
