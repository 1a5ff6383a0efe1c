import { protocol } from 'electron/main';
import { answerPageRequest, SCHEME } from './page-address.ts';

/** Tells Chromium to treat our scheme as a secure web origin of its own. Before Electron is ready, and once. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the built page from this folder, and nothing else. After Electron is ready. */
export function serveAppScheme(webRoot: string): void {
  protocol.handle(SCHEME, (request) => answerPageRequest(request, webRoot));
}
