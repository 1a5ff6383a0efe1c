import { app, session } from 'electron/main';
import { isOwnPage } from './page-address.ts';

/**
 * Keeps every page of the app, now and later, where it is: no navigation to another origin, no second window, no webview
 * (workbench.md E, items 11 to 14). Call before the first window.
 */
export function confinePages(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-frame-navigate', (event) => {
      if (!isOwnPage(event.url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => {
      if (!isOwnPage(event.url)) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}

/** Denies camera, location, notifications, USB and all the rest; where nobody denies, Electron grants. After Electron is ready. */
export function denyPermissions(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.defaultSession.setPermissionCheckHandler(() => false);
  session.defaultSession.setDevicePermissionHandler(() => false);
}
