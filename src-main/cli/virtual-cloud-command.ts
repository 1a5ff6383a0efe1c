import { readFile } from 'node:fs/promises';
import { failure, ok, type Result, refuse, StationError } from '../domain/failure.ts';
import { abortOnExitSignals } from '../server/run-headless.ts';
import { type ChaosSettings, parseChaos } from '../virtual/cloud/chaos.ts';
import { type CloudFault, parseCloudFault } from '../virtual/cloud/cloud-faults.ts';
import { parseCloudSeed } from '../virtual/cloud/cloud-seed.ts';
import { RATE_LIMITS, type RateLimitSettings } from '../virtual/cloud/rate-limits.ts';
import { CLOUD_ENDPOINTS } from '../virtual/cloud/routes.ts';
import {
  type CloudContent,
  createVirtualCloud,
  type VirtualCloud,
  type VirtualCloudOptions,
} from '../virtual/cloud/virtual-cloud.ts';
import { EXIT, type Output } from './output.ts';

export type VirtualCloudCommandOptions = {
  readonly port: string;
  readonly host: string;
  /** What the cloud begins with. A state file that is there goes before it. */
  readonly seed?: string;
  readonly state?: string;
  readonly clockSpeed: string;
  readonly fault: readonly string[];
  readonly chaos?: string;
  /** False: no limit on how much is asked. */
  readonly limits: boolean;
};

/**
 * `virtual-cloud`: a Particle cloud on loopback for several stations, until Ctrl-C. Says where it listens; with `--json` also its station
 * token, which is worth something in this cloud only. At its end it says what was asked of it, by endpoint and answer.
 */
export async function virtualCloudCommand(options: VirtualCloudCommandOptions, output: Output): Promise<number> {
  const read = await readOptions(options);
  if (!read.ok) {
    output.failed(read.failure);
    return EXIT.misuse;
  }
  const stop = abortOnExitSignals();
  let cloud: VirtualCloud;
  try {
    cloud = await createVirtualCloud(read.value);
  } catch (thrown) {
    return output.failed(failureOfStart(thrown));
  }
  const { baseUrl, token } = cloud;
  output.result({ ok: true, baseUrl, token, pid: process.pid }, `A virtual cloud listens on ${baseUrl}.`);
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
  await cloud.close();
  const counts = cloud.requests.counts();
  output.result({ ok: true, requests: counts }, countsText(counts));
  return EXIT.good;
}

async function readOptions(options: VirtualCloudCommandOptions): Promise<Result<VirtualCloudOptions>> {
  const { host, state, port, clockSpeed } = options;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return refuse('request/invalid', '--port is from 0 to 65535.');
  if (host !== '127.0.0.1' && host !== '::1') return refuse('request/invalid', '--host is 127.0.0.1 or ::1.');
  if (!(Number(clockSpeed) >= 0 && Number(clockSpeed) <= 1_000_000)) {
    return refuse('request/invalid', '--clock-speed is from 0 to 1000000.');
  }
  const faults: CloudFault[] = [];
  for (const text of options.fault) {
    const fault = parseCloudFault(text, CLOUD_ENDPOINTS);
    if (!fault.ok) return fault;
    faults.push(fault.value);
  }
  const chaos: Result<ChaosSettings | undefined> =
    options.chaos === undefined ? ok(undefined) : parseChaos(options.chaos);
  if (!chaos.ok) return chaos;
  const seed = await readSeed(options.seed);
  if (!seed.ok) return seed;
  return ok({
    ...seed.value,
    host,
    port: Number(port),
    clockSpeed: Number(clockSpeed),
    faults,
    ...(chaos.value === undefined ? {} : { chaos: chaos.value }),
    ...(state === undefined ? {} : { stateFile: state }),
    ...(options.limits ? {} : { limits: NO_LIMITS }),
  });
}

const NO_LIMITS: RateLimitSettings = Object.fromEntries(Object.keys(RATE_LIMITS).map((name) => [name, 'off']));

async function readSeed(file: string | undefined): Promise<Result<CloudContent>> {
  if (file === undefined) return ok({});
  try {
    return parseCloudSeed(await readFile(file, 'utf8'));
  } catch (thrown) {
    return refuse('request/invalid', `The seed ${file} cannot be read: ${codeOf(thrown)}.`);
  }
}

function failureOfStart(thrown: unknown) {
  if (thrown instanceof StationError) return thrown.toFailure();
  const code = codeOf(thrown);
  if (code === 'EADDRINUSE') return failure('station/port-in-use', 'The port of the virtual cloud is taken.');
  if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') {
    return failure('request/invalid', 'This computer has no such loopback address.');
  }
  return failure('request/invalid', `The virtual cloud cannot start: ${code}.`);
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
}

function countsText(counts: ReturnType<VirtualCloud['requests']['counts']>): string {
  const lines = Object.entries(counts).map(([endpoint, { requests, unanswered, statuses }]) => {
    const answers = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
    return `${endpoint}: ${requests} (${[...answers, ...(unanswered === 0 ? [] : [`${unanswered} unanswered`])].join(', ')})`;
  });
  return lines.length === 0 ? 'Nothing was asked of it.' : lines.join('\n');
}
