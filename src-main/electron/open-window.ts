import { BrowserWindow } from 'electron/main';
import { PAGE_URL } from './page-address.ts';

/** How often the page is loaded again after its process died before we give up and leave the window as it is. */
const MAX_RELOADS = 5;

/** Makes the one window, without showing anything in it yet. Every safe setting is stated, default or not. */
export function createWindow(preload: string): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Linewright',
    width: 1280,
    height: 800,
    minWidth: 800,
    minHeight: 480,
    show: false,
    backgroundColor: '#e4e8ec', // the page's ground, so that nothing flashes before it is there
    webPreferences: {
      preload,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      contextIsolation: true,
      sandbox: true,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false, // would fetch dictionaries, and a label is no word
      backgroundThrottling: false, // a line is watched from another window, too
    },
  });
  window.once('ready-to-show', () => window.show());
  reloadAfterCrash(window);
  return window;
}

/** Loads the page into the window. Rejects when it cannot be: the app was not built, or was damaged. */
export async function showPage(window: BrowserWindow): Promise<void> {
  await window.loadURL(PAGE_URL);
}

/** The truth is in the station: a page that died starts again and is told everything. */
function reloadAfterCrash(window: BrowserWindow): void {
  let reloads = 0;
  window.webContents.on('render-process-gone', (_event, details) => {
    process.stderr.write(`The page's process is gone: ${details.reason}, exit code ${details.exitCode}.\n`);
    if (details.reason === 'clean-exit' || reloads >= MAX_RELOADS) return;
    reloads += 1;
    window.webContents.reload();
  });
}
