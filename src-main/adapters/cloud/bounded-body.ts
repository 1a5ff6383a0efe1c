/** Far above any JSON answer the station asks for, far below what would hurt it. */
const BODY_LIMIT_BYTES = 1024 * 1024;

/** The body as text, or undefined when it is larger than the limit; the rest is then not even read. */
export async function readBoundedBody(response: Response): Promise<string | undefined> {
  return (await readBoundedBytes(response, BODY_LIMIT_BYTES))?.toString('utf8');
}

/** The body as it is, or undefined when it is larger than `limitBytes`; the rest is then not even read. */
export async function readBoundedBytes(response: Response, limitBytes: number): Promise<Buffer | undefined> {
  if (response.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
