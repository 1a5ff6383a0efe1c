import type { CloudRequest } from './cloud-request.ts';

/** The address of a request and what fetch is to send. Each body is made anew, so that a request can be sent again. */
export function urlOf(baseUrl: string, request: CloudRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) query.append(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = query.toString();
  return `${baseUrl}${request.path}${text === '' ? '' : `?${text}`}`;
}

/**
 * Body and headers (cloud-api.md 1.1 and 3.4): the tool names itself, and the credentials are in the Authorization header and nowhere
 * else. `token` is undefined where the request is nobody's or a client's.
 */
export function initOf(request: CloudRequest, token: string | undefined, appVersion: string): RequestInit {
  const { body, type } = bodyOf(request);
  const authorization = authorizationOf(request, token);
  return {
    method: request.method,
    headers: {
      Accept: 'application/json',
      'User-Agent': `linewright/${appVersion}`,
      'X-Particle-Tool': `linewright@${appVersion}`,
      ...(authorization === undefined ? {} : { Authorization: authorization }),
      ...(type === undefined ? {} : { 'Content-Type': type }),
    },
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  };
}

/** The Basic form of a client's name and secret (RFC 7617). */
export function basicOf({ clientId, clientSecret }: { clientId: string; clientSecret: string }): string {
  return Buffer.from(`${clientId}:${clientSecret}`, 'utf8').toString('base64');
}

/** Multipart has no type here: fetch writes it, with the boundary. */
function bodyOf(request: CloudRequest): { body?: string | FormData; type?: string } {
  if (request.multipart !== undefined) return { body: request.multipart };
  if (request.form !== undefined) {
    return { body: new URLSearchParams(request.form).toString(), type: 'application/x-www-form-urlencoded' };
  }
  if (request.body !== undefined) return { body: JSON.stringify(request.body), type: 'application/json' };
  return {};
}

function authorizationOf({ as = 'bearer' }: CloudRequest, token: string | undefined): string | undefined {
  if (as === 'nobody') return undefined;
  return as === 'bearer' ? `Bearer ${token}` : `Basic ${basicOf(as)}`;
}
