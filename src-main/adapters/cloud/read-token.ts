import { StationError } from '../../domain/failure.ts';

/**
 * The token of its source, or `cloud/permission` when there is none that can be sent: empty, or with characters that would be header
 * lines of their own. What the source said stays unsaid, but for a StationError of its own. Rejects with the abort reason, however
 * long the source takes.
 */
export async function readToken(source: () => Promise<string>, signal: AbortSignal): Promise<string> {
  let token: string;
  try {
    token = await untilAborted(source(), signal);
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof StationError) throw thrown;
    // Only the error's code: its message may hold what the token source read.
    const why = thrown instanceof Error && 'code' in thrown ? ` (${String(thrown.code)})` : '';
    throw new StationError('cloud/permission', `The station's cloud token could not be read${why}.`);
  }
  if (!/^[\x21-\x7e]{1,4096}$/.test(token)) {
    throw new StationError('cloud/permission', "The station's cloud token is empty or has characters no token has.");
  }
  return token;
}

function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', stop));
}
