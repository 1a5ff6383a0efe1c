import { StationError } from '../../domain/failure.ts';
import { isLoopback } from '../network/loopback.ts';

/**
 * Checks the cloud's base URL and returns it without a trailing slash. It must be https (cloud-api.md 1.1: TLS 1.2 or
 * newer only), or http on loopback for the virtual cloud; no user, password, query or fragment, because a URL ends up in
 * error texts and records. Throws `station/invalid-file`.
 */
export function parseBaseUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw invalid('it is not a URL');
  }
  if (url.username !== '' || url.password !== '') throw invalid('it carries a user name or password');
  if (url.search !== '' || url.hash !== '') throw invalid('it carries a query or fragment');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw invalid('it must begin with https:// (http:// only on this computer itself)');
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

// The text itself is left out: a refused URL may be one that holds a secret.
function invalid(why: string): StationError {
  return new StationError('station/invalid-file', `The cloud base URL cannot be used: ${why}.`);
}
