import type { IncomingMessage } from 'node:http';

/** cloud-api.md 2.2.1: the virtual cloud refuses more than 10 MB. */
const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

/** The fields of a request, whatever its encoding. A list field is always a list; `file` is the text of `upload`. */
export type Fields = {
  readonly values: ReadonlyMap<string, unknown>;
  readonly file: string | undefined;
  readonly upload: Upload | undefined;
};

/** A part with a file name, as it was sent. */
export type Upload = { readonly name: string; readonly type: string; readonly bytes: Uint8Array };

export class UnreadableBody extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Reads JSON, form and multipart bodies alike (cloud-api.md 1.1, 2.2.1, 2.8.1). `ids[]=a`, `ids[0]=a` and `ids=a` all
 * become the list `ids`; a part with a file name is the file, however it is named or typed. Throws UnreadableBody.
 */
export async function readFields(request: IncomingMessage): Promise<Fields> {
  const body = await readBytes(request);
  const type = request.headers['content-type'] ?? '';
  if (body.length === 0) return fieldsOnly(new Map());
  if (type.startsWith('multipart/form-data')) return multipartFields(body, type);
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return fieldsOnly(gather(new URLSearchParams(body.toString('utf8'))));
  }
  return fieldsOnly(jsonFields(body.toString('utf8')));
}

function fieldsOnly(values: ReadonlyMap<string, unknown>): Fields {
  return { values, file: undefined, upload: undefined };
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    // Read on to the end, so that the client can send all and then read the answer.
    if (size <= BODY_LIMIT_BYTES) chunks.push(chunk);
  }
  if (size > BODY_LIMIT_BYTES) throw new UnreadableBody(413, 'Request body is too large');
  return Buffer.concat(chunks);
}

function jsonFields(text: string): Map<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UnreadableBody(400, 'Request body is not valid JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new UnreadableBody(400, 'Request body must be a JSON object');
  }
  return new Map(Object.entries(json));
}

async function multipartFields(body: Buffer, type: string): Promise<Fields> {
  let form: FormData;
  try {
    form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  } catch {
    throw new UnreadableBody(400, 'Multipart body cannot be read');
  }
  const entries = [...form.entries()];
  const file = entries.map(([, value]) => value).find((value) => typeof value !== 'string');
  const values = gather(
    entries.flatMap(([key, value]): [string, string][] => (typeof value === 'string' ? [[key, value]] : [])),
  );
  if (file === undefined) return fieldsOnly(values);
  const upload = { name: file.name, type: file.type, bytes: new Uint8Array(await file.arrayBuffer()) };
  return { values, file: await file.text(), upload };
}

function gather(pairs: Iterable<[string, string]>): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [key, value] of pairs) {
    const list = /^(\w+)\[\d*\]$/.exec(key)?.[1];
    if (list === undefined) values.set(key, value);
    else values.set(list, [...textList(values.get(list)), value]);
  }
  return values;
}

/** A field as a list of texts: a list keeps its texts and numbers, a single one becomes a list of one, anything else none. */
export function textList(value: unknown): string[] {
  const entries = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  return entries.filter((entry) => typeof entry === 'string' || typeof entry === 'number').map(String);
}

/** A field as yes or no; forms send words (2.2.1). */
export function isTrue(value: unknown, otherwise: boolean): boolean {
  if (value === undefined || value === null || value === '') return otherwise;
  return value === true || value === 1 || /^(true|1|yes)$/i.test(String(value));
}

/** The first word of each line that has one (5.8): LF or CRLF, a byte-order mark, blanks and comments tolerated. */
export function fileLines(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  return lines
    .map((line) => line.trim().split(/[\s,;]+/)[0] ?? '')
    .filter((word) => word !== '' && !word.startsWith('#'));
}
