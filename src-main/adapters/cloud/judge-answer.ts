import type { CloudRequest } from './cloud-request.ts';
import { isPage, namePage, type Refusal, readHiddenRefusal, readRefusal } from './error-answer.ts';
import { jsonOf } from './json-answer.ts';

/** What an answer is to the request it came for. */
export type Judged =
  | { readonly kind: 'success'; readonly json: unknown }
  | { readonly kind: 'absence' }
  | { readonly kind: 'refusal'; readonly refusal: Refusal };

/** Judges an answer by its status and its body, which is undefined when it was too large to be read. */
export function judgeAnswer(request: CloudRequest, status: number, body: string | undefined): Judged {
  if (body === undefined) return TOO_LARGE;
  if (request.isAccepted?.(status)) return { kind: 'success', json: {} };
  const json = jsonOf(body);
  if (request.isAnswer?.(status, json)) return { kind: 'success', json };
  if (status < 200 || status > 299) {
    const refusal = readRefusal(status, body);
    return request.isAbsence?.(status, refusal) ? { kind: 'absence' } : { kind: 'refusal', refusal };
  }
  const mayBeEmpty = status === 204 || request.method === 'HEAD' || request.acceptsEmpty === true;
  if (mayBeEmpty && body.trim() === '') return { kind: 'success', json: {} };
  if (json === undefined) {
    const code = isPage(body) ? 'network/sign-in-page' : 'cloud/bad-answer';
    return { kind: 'refusal', refusal: { code, text: namePage(status, body), isRetriable: false } };
  }
  const hidden = readHiddenRefusal(json);
  return hidden === undefined ? { kind: 'success', json } : { kind: 'refusal', refusal: hidden };
}

const TOO_LARGE: Judged = {
  kind: 'refusal',
  refusal: { code: 'cloud/bad-answer', text: 'a body too large to be an answer', isRetriable: false },
};
