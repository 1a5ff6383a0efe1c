import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

/** A file of the built page, with the media type its name stands for. */
export type WebFile = { readonly mediaType: string; readonly bytes: Buffer };

/** What the page is made of. A file of any other kind is not served, whatever lies in the folder. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wav': 'audio/wav',
};

/**
 * The file a request path stands for, or undefined: not there, of a kind that is not served, or outside the folder (by dots,
 * by percent-encoding, by backslash, by a symbolic link). `/` is index.html. Used by the loopback server and by the
 * window's own protocol.
 */
export async function readWebFile(webRoot: string, requestPath: string): Promise<WebFile | undefined> {
  const parts = pathParts(requestPath);
  const mediaType = MEDIA_TYPES[extname(parts?.at(-1) ?? '').toLowerCase()];
  if (parts === undefined || mediaType === undefined) return undefined;
  try {
    const root = await realpath(webRoot);
    const file = await realpath(join(root, ...parts));
    if (!file.startsWith(root + sep)) return undefined;
    return { mediaType, bytes: await readFile(file) };
  } catch {
    return undefined; // not there, or not a file: the same answer for both
  }
}

/** Path segments of a request, each a plain name. Anything that is not one makes the whole path nothing. */
function pathParts(requestPath: string): readonly string[] | undefined {
  if (!requestPath.startsWith('/')) return undefined;
  const plain = requestPath === '/' ? '/index.html' : requestPath;
  const parts = plain.slice(1).split('/').map(decoded);
  return parts.every(isPlainName) ? parts : undefined;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

function isPlainName(part: string): boolean {
  return /^[\w-][\w.-]{0,120}$/.test(part);
}
