/** Far above any answer the station asks for, far below what would hurt it. */
const BODY_LIMIT_BYTES = 1024 * 1024;

/** The body as text, or undefined when it is larger than the limit; the rest is then not even read. */
export async function readBoundedBody(response: Response): Promise<string | undefined> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > BODY_LIMIT_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
