import type { CloudRequest } from './cloud-request.ts';
import { basicOf } from './request-init.ts';

/** Takes the secrets out of a text. */
export type Blank = (text: string) => string;

/**
 * Blanks the token and whatever else of a request is secret, as it is and as it stands in a URL, a form, a header or a page. Made for
 * one request, because what is secret is the request's.
 */
export function createBlank(request: Pick<CloudRequest, 'as' | 'secrets'>, token: string | undefined): Blank {
  const named: (readonly [secret: string, name: string])[] = [];
  if (token !== undefined) named.push([token, '[token]']);
  if (typeof request.as === 'object') named.push([basicOf(request.as), '[client]']);
  for (const secret of request.secrets ?? []) named.push([secret, '[secret]']);
  const forms = named
    .filter(([secret]) => secret !== '')
    .flatMap(([secret, name]) => formsOf(secret).map((form) => [form, name] as const))
    .toSorted(([one], [other]) => other.length - one.length); // a form may hold a shorter one
  return (text) => forms.reduce((blanked, [form, name]) => blanked.replaceAll(form, name), text);
}

/** The same for a whole body, in JSON also where escapes hide a secret. */
export function blankBody(body: string, blank: Blank): string {
  if (!body.includes('\\')) return blank(body);
  try {
    return JSON.stringify(JSON.parse(body, (_key, value) => blankValue(value, blank)));
  } catch {
    return blank(body);
  }
}

/** A member's name can echo a secret as well as its value can. */
function blankValue(value: unknown, blank: Blank): unknown {
  if (typeof value === 'string') return blank(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [blank(name), member]));
}

function formsOf(secret: string): readonly string[] {
  const escaped = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  const form = new URLSearchParams({ s: secret }).toString().slice(2);
  const text = secret.toWellFormed();
  return [...new Set([secret, encodeURIComponent(text), encodeURI(text), form, escaped])];
}
