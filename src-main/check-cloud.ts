import { createHttpCloud } from './adapters/cloud/cloud.http.ts';
import { cloudRights } from './adapters/cloud/cloud-rights.http.ts';
import { createCloudSender } from './adapters/cloud/cloud-sender.ts';
import { lookAtWay, SLOW, type Way } from './adapters/network/look-at-way.ts';
import type { CloudScope } from './domain/cloud-scope.ts';
import { StationError } from './domain/failure.ts';
import type { FailureCode } from './domain/failure-codes.ts';
import { platformById } from './domain/platform.ts';
import type { CloudLink } from './open-cloud-link.ts';
import type { CloudOptions } from './ports/cloud.ts';
import { CLOCK_TOLERANCE_MS } from './ports/cloud-contact.ts';

/** One thing that was looked at. `bad` keeps the station from working; `mind` does not, or not yet. */
export type Finding = {
  readonly about: 'proxy' | 'name' | 'connection' | 'answer' | 'clock' | 'product' | 'right' | 'token';
  readonly state: 'good' | 'mind' | 'bad';
  /** For people; never with a secret. */
  readonly sentence: string;
  readonly code?: FailureCode;
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
};

/** Above this a name is worth a word: a name server that is down costs 5 s before the next one is asked. */
const SLOW_NAME_MS = 2_000;
const STEP_MS = 5_000;

/**
 * Looks at everything between the station and its products in the cloud, in the order in which it can go wrong: proxy, name, connection by
 * IPv4 and IPv6, certificate and captive portal, clock, token, rights, product. Changes nothing. Tells each finding as it is found.
 * Rejects with the abort reason only.
 */
export async function checkCloud(
  { settings }: CloudLink,
  wanted: ReadonlyMap<number, readonly CloudScope[]>,
  signal: AbortSignal,
  tell: (finding: Finding) => void,
): Promise<void> {
  const url = new URL(settings.baseUrl);
  const way = await lookAtWay(settings.network, url, { signal, limitMs: STEP_MS });
  for (const finding of findingsOf(way)) tell(finding);
  // Once each: who asks wants to know how it is, not how it is after five tries.
  const once = { ...settings, pace: { tries: 1 } };
  const options = { signal, timeoutMs: 4 * STEP_MS };
  const answer = await askAsNobody(createCloudSender(once), options);
  tell(answer);
  tell(clockFinding(settings.contact.clockOffsetMs(), answer));
  if (answer.state === 'bad') return;
  for (const [productId, scopes] of wanted) {
    for (const finding of await checkProduct(once, productId, scopes, options)) tell(finding);
  }
}

function* findingsOf({ proxy, name, nameMs, nameError, addresses }: Way): Generator<Finding> {
  yield {
    about: 'proxy',
    state: 'good',
    sentence: proxy === undefined ? 'No proxy is used.' : `The way goes through the proxy ${proxy}.`,
    ...(proxy === undefined ? {} : { facts: { proxy } }),
  };
  if (nameError !== undefined) {
    const isSlow = nameError === SLOW;
    const sentence = isSlow
      ? `The name ${name} was not found in ${nameMs} ms: the name server does not answer.`
      : `The network does not know the name ${name} (${nameError}).`;
    yield { about: 'name', state: 'bad', sentence, code: isSlow ? 'network/slow-name' : 'network/no-name' };
    return;
  }
  if (nameMs !== undefined) {
    const found = addresses.map(({ address }) => address).join(', ');
    const sentence = `The name ${name} was found in ${nameMs} ms: ${found}.`;
    const facts = { ms: nameMs, addresses: found };
    yield nameMs > SLOW_NAME_MS
      ? { about: 'name', state: 'mind', sentence: `${sentence} That is slow.`, code: 'network/slow-name', facts }
      : { about: 'name', state: 'good', sentence, facts };
  }
  const isReached = addresses.some(({ error }) => error === undefined);
  for (const { address, family, connectMs, error } of addresses) {
    const facts = { address, family, ...(connectMs === undefined ? {} : { ms: connectMs }) };
    if (error === undefined) {
      yield {
        about: 'connection',
        state: 'good',
        sentence: `IPv${family} ${address} connects in ${connectMs} ms.`,
        facts,
      };
      continue;
    }
    const code = proxy === undefined ? 'cloud/unreachable' : 'network/proxy';
    const sentence = `IPv${family} ${address} does not connect (${error}).${isReached ? ' Another address does.' : ''}`;
    yield { about: 'connection', state: isReached ? 'mind' : 'bad', sentence, code, facts };
  }
}

/** Any JSON is the cloud's: without a token it says that there is none (cloud-api.md 1.7). */
async function askAsNobody(send: ReturnType<typeof createCloudSender>, options: CloudOptions): Promise<Finding> {
  const began = performance.now();
  try {
    const isAnswer = (_status: number, json: unknown) => typeof json === 'object' && json !== null;
    await send({ method: 'GET', path: '/v1/access_tokens/current', as: 'nobody', isAnswer }, options);
    const ms = Math.round(performance.now() - began);
    return {
      about: 'answer',
      state: 'good',
      sentence: `The cloud answers in ${ms} ms, and is trusted.`,
      facts: { ms },
    };
  } catch (thrown) {
    return failed('answer', thrown, options.signal);
  }
}

function clockFinding(offsetMs: number | undefined, answer: Finding): Finding {
  if (offsetMs === undefined) {
    const isClock = answer.code === 'network/clock';
    const sentence = isClock ? answer.sentence : 'The clock could not be compared: the cloud told no time.';
    return { about: 'clock', state: isClock ? 'bad' : 'mind', sentence, ...(isClock ? { code: 'network/clock' } : {}) };
  }
  const seconds = Math.round(offsetMs / 1_000);
  const words = `${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} that of the cloud`;
  const sentence = Math.abs(seconds) <= 2 ? 'The clock agrees with the cloud.' : `The clock is ${words}.`;
  const facts = { offsetMs: Math.round(offsetMs) };
  return Math.abs(offsetMs) > CLOCK_TOLERANCE_MS
    ? { about: 'clock', state: 'bad', sentence, code: 'network/clock', facts }
    : { about: 'clock', state: 'good', sentence, facts };
}

async function checkProduct(
  settings: Parameters<typeof createCloudSender>[0],
  productId: number,
  scopes: readonly CloudScope[],
  options: CloudOptions,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  try {
    const { rights, warnings } = await cloudRights(createCloudSender(settings)).check(productId, scopes, options);
    for (const { scope, state, sentence } of rights) {
      const facts = { productId, scope };
      if (state === 'granted') findings.push({ about: 'right', state: 'good', sentence, facts });
      else if (state === 'unknown') findings.push({ about: 'right', state: 'mind', sentence, facts });
      else findings.push({ about: 'right', state: 'bad', sentence, code: 'cloud/rights-missing', facts });
    }
    for (const sentence of warnings) findings.push({ about: 'token', state: 'mind', sentence, facts: { productId } });
    if (rights.some(({ scope, state }) => scope === 'products:get' && state === 'missing')) return findings;
    const { name, platformId } = await createHttpCloud(settings).product(productId, options);
    const platform =
      platformById(platformId)?.displayName ?? `platform ${platformId}, which this station does not know`;
    const sentence = `Product ${productId} is "${name}", for ${platform}.`;
    findings.push({ about: 'product', state: 'good', sentence, facts: { productId, platformId } });
  } catch (thrown) {
    const isToken = thrown instanceof StationError && thrown.evidence?.status === 401;
    findings.push(failed(isToken ? 'token' : 'product', thrown, options.signal));
  }
  return findings;
}

function failed(about: Finding['about'], thrown: unknown, signal: AbortSignal): Finding {
  if (signal.aborted || !(thrown instanceof StationError)) throw thrown;
  return { about, state: 'bad', sentence: thrown.message, code: thrown.code };
}
