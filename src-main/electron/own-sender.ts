import type { IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron/main';
import { isOwnPage } from './page-address.ts';

/**
 * Whether an IPC message comes from the page of our window: from its main frame, which still exists and still shows our page
 * (workbench.md E, item 17).
 */
export function isOwnSender(event: IpcMainEvent | IpcMainInvokeEvent, contents: WebContents): boolean {
  const { sender, senderFrame } = event;
  return sender === contents && senderFrame !== null && senderFrame.parent === null && isOwnPage(senderFrame.url);
}
