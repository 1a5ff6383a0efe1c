import { ipcMain, type WebContents } from 'electron/main';
import type { StationCommands } from '../contract/contract.ts';
import { serveCommand } from '../contract/serve.ts';
import { createSnapshotFeed } from '../server/snapshot-feed.ts';
import { CHANNEL } from './channel.ts';
import { isOwnSender } from './own-sender.ts';

/**
 * Serves the station to the page of one window: answers its commands and, once it subscribes, sends snapshots, the present one
 * first, later ones at most every 50 ms. Messages of any other sender are refused. Returns the function that ends it.
 */
export function serveWindow(station: StationCommands, contents: WebContents): () => void {
  let stopFeed = (): void => undefined;

  ipcMain.handle(CHANNEL, (event, name: unknown, input: unknown) => {
    if (!isOwnSender(event, contents)) throw new Error('Only the page of the Linewright window may give commands.');
    return serveCommand(station, name, input);
  });
  const onSubscribe = (event: Electron.IpcMainEvent): void => {
    if (!isOwnSender(event, contents)) return;
    stopFeed();
    stopFeed = feedSnapshots(station, contents);
  };
  ipcMain.on(CHANNEL, onSubscribe);
  // The next document subscribes for itself; until then there is nobody to send to.
  contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) stopFeed();
  });
  contents.on('render-process-gone', () => stopFeed());
  contents.on('destroyed', () => stopFeed());

  return () => {
    stopFeed();
    ipcMain.removeHandler(CHANNEL);
    ipcMain.off(CHANNEL, onSubscribe);
  };
}

function feedSnapshots(station: StationCommands, contents: WebContents): () => void {
  const feed = createSnapshotFeed({
    pendingBytes: () => 0, // IPC does not tell; the feed's pace is the bound
    send: (snapshot) => contents.send(CHANNEL, snapshot),
  });
  const unsubscribe = station.subscribe((snapshot) => feed.offer(snapshot));
  return () => {
    unsubscribe();
    feed.stop();
  };
}
