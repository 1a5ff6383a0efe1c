import { contextBridge, ipcRenderer } from 'electron/renderer';
import type { Transport } from './contract/contract.ts';
import { CHANNEL } from './electron/channel.ts';

/** All the page gets of Electron: two functions that carry values. Electron's own objects stay on this side. */
const bridge: Transport = {
  invoke: (name, input) => ipcRenderer.invoke(CHANNEL, name, input),
  subscribe: (listener) => {
    const onSnapshot = (_event: unknown, snapshot: unknown): void => listener(snapshot);
    ipcRenderer.on(CHANNEL, onSnapshot);
    ipcRenderer.send(CHANNEL);
    return () => {
      ipcRenderer.off(CHANNEL, onSnapshot);
    };
  },
};

contextBridge.exposeInMainWorld('linewright', bridge);
