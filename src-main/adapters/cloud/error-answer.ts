import * as z from 'zod';
import type { FailureCode } from '../../domain/failure-codes.ts';
import { jsonOf } from './json-answer.ts';

/** What a refusing answer of the cloud means to a line: a code, the cloud's own text, and whether asking again can help. */
export type Refusal = { readonly code: FailureCode; readonly text: string; readonly isRetriable: boolean };

/**
 * Reads an answer that is not a success (cloud-api.md 3.1 and 3.3). The permission class is 401, 403, and 400 with an OAuth
 * word in `error` or a text about the access token (1.5, 1.7): repeating any of them never helps.
 */
export function readRefusal(status: number, bodyText: string): Refusal {
  const json = jsonOf(bodyText);
  const text = errorText(json) ?? (json === undefined ? namePage(status, bodyText) : `HTTP status ${status}`);
  if (status >= 300 && status < 400) {
    const said = `a redirect, which the cloud never sends: ${PORTAL}`;
    return { code: 'network/sign-in-page', text: said, isRetriable: false };
  }
  if (status === 511) {
    return { code: 'network/sign-in-page', text: `the network asks to sign in: ${PORTAL}`, isRetriable: false };
  }
  if (status === 407) {
    return { code: 'network/proxy', text: 'a proxy that wants a user name and a password', isRetriable: false };
  }
  // The cloud answers in JSON only (1.1); a page that refuses is the word of somebody between it and the station.
  if (status < 500 && status !== 408 && status !== 429 && isPage(bodyText)) {
    const code = status === 401 || status === 403 ? 'network/proxy' : 'network/sign-in-page';
    return { code, text: namePage(status, bodyText), isRetriable: false };
  }
  if (status === 429 || status === 529) return { code: 'cloud/rate-limited', text, isRetriable: true };
  if (status === 401 || status === 403) return { code: 'cloud/permission', text, isRetriable: false };
  if (status === 400 && isAboutPermission(json, text)) return { code: 'cloud/permission', text, isRetriable: false };
  if (status === 408) return { code: 'cloud/timeout', text, isRetriable: true };
  if (status >= 500) return { code: 'cloud/server-error', text, isRetriable: true };
  return { code: json === undefined ? 'cloud/bad-answer' : 'cloud/refused', text, isRetriable: false };
}

/**
 * The refusal inside a 2xx answer with `ok: false` (3.1: some failures came as HTTP 200), or undefined when there is none.
 */
export function readHiddenRefusal(json: unknown): Refusal | undefined {
  if (!z.looseObject({ ok: z.literal(false) }).safeParse(json).success) return undefined;
  const text = errorText(json) ?? 'ok: false, without a reason';
  const code = isAboutPermission(json, text) ? 'cloud/permission' : 'cloud/refused';
  return { code, text, isRetriable: false };
}

/** Says what a non-JSON body is, for the engineer; a page is nearly always a proxy or a captive portal. */
export function namePage(status: number, bodyText: string): string {
  if (bodyText.trim() === '') return `an empty answer with HTTP status ${status}`;
  if (!isPage(bodyText)) return `something that is not JSON, with HTTP status ${status}`;
  const title = /<title[^>]*>([^<]{1,120})/i.exec(bodyText.slice(0, PAGE_START))?.[1]?.replace(/\s+/g, ' ').trim();
  const named = title === undefined ? 'a web page' : `a web page titled "${title}"`;
  return status >= 500 ? `${named} from a proxy, HTTP status ${status}` : `${named}: ${PORTAL}`;
}

/** True for a web page. The content type is not asked: proxies lie about it. */
export function isPage(bodyText: string): boolean {
  return /<(!doctype|html|head|body|title)\b/i.test(bodyText.slice(0, PAGE_START)) && jsonOf(bodyText) === undefined;
}

const PAGE_START = 2_000;
const PORTAL = 'not the cloud but probably a captive portal or proxy of this network';

const errorBody = z.looseObject({
  error_description: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
  errors: z.array(z.unknown()).optional().catch(undefined),
  info: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});

/** The order of 3.1: error_description, error, errors[], info; then the rarer `description` and `message`. */
function errorText(json: unknown): string | undefined {
  const parsed = errorBody.safeParse(json);
  if (!parsed.success) return undefined;
  const body = parsed.data;
  const said = body.error_description ?? wordsOf(body.error, body.description) ?? listText(body.errors);
  return (said ?? body.info ?? body.description ?? body.message)?.slice(0, 300);
}

function wordsOf(error: string | undefined, description: string | undefined): string | undefined {
  return error === 'bad_request' ? (description ?? error) : error;
}

/** `["text"]`, `[["text", 404]]` or `[{"error": "text"}]`. */
function listText(errors: readonly unknown[] | undefined): string | undefined {
  const first = errors?.[0];
  if (typeof first === 'string') return first;
  if (Array.isArray(first) && typeof first[0] === 'string') return first[0];
  const entry = z.looseObject({ error: z.string() }).safeParse(first);
  return entry.success ? entry.data.error : undefined;
}

function isAboutPermission(json: unknown, text: string): boolean {
  const error = errorBody.safeParse(json).data?.error ?? '';
  return (
    /^(unauthorized|invalid_token|expired_token|permission_denied|permission denied)$/i.test(error) ||
    /access token/i.test(text)
  );
}
