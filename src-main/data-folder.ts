import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where a station keeps its record unless told otherwise: the user's own place for application data on each OS, or
 * LINEWRIGHT_DATA. A real line's folder is named in its station file, so its record never mixes with a rehearsal's.
 */
export function defaultDataFolder(): string {
  const { LINEWRIGHT_DATA, APPDATA, XDG_DATA_HOME } = process.env;
  if (LINEWRIGHT_DATA !== undefined && LINEWRIGHT_DATA !== '') return LINEWRIGHT_DATA;
  if (process.platform === 'win32') return join(APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Linewright');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Linewright');
  return join(XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'linewright');
}
