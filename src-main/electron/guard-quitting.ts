import { app, type BrowserWindow, dialog, powerMonitor } from 'electron/main';
import { createQuitGuard, type QuitGuardOptions } from './quit-guard.ts';
import { quitQuestion } from './quit-question.ts';

/** Holds back every way out of the app until the station is closed: the window's button, Quit, Ctrl-C, the system's shutdown. */
export function guardQuitting(options: {
  readonly window: () => BrowserWindow | undefined;
  readonly busySlots: QuitGuardOptions['busySlots'];
  readonly close: QuitGuardOptions['close'];
}): { isLeaving(): boolean; watchWindow(window: BrowserWindow): void } {
  let isLeaving = false;
  const guard = createQuitGuard({
    busySlots: options.busySlots,
    ask: (slots) => askToStop(options.window(), slots),
    close: () => {
      isLeaving = true;
      return options.close();
    },
    leave: (trouble) => {
      if (trouble !== undefined) process.stderr.write(`The station did not close cleanly: ${String(trouble)}\n`);
      app.exit(trouble === undefined ? 0 : 1);
    },
  });

  app.on('before-quit', (event) => {
    if (guard.mayGo()) return;
    event.preventDefault();
    void guard.request();
  });
  app.whenReady().then(() => {
    // Only now: Chromium sets handlers of its own between the main module and readiness, and the last one set is called
    // (UNVERIFIED without the runtime; with Chromium's, a signal becomes before-quit and is asked about).
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void guard.insist());
    // The event is documented and absent from the types; where it does not come, the next start finds the run and closes it.
    powerMonitor.on('shutdown', (event?: Electron.Event) => {
      event?.preventDefault();
      void guard.insist();
    });
  });
  return {
    isLeaving: () => isLeaving,
    watchWindow: (window) => {
      window.on('close', (event) => {
        if (guard.mayGo()) return;
        event.preventDefault();
        void guard.request();
      });
    },
  };
}

async function askToStop(window: BrowserWindow | undefined, slots: readonly string[]): Promise<boolean> {
  const { message, detail, stop, stay } = quitQuestion(app.getLocale(), slots);
  const question = { type: 'warning', message, detail, buttons: [stop, stay], defaultId: 1, cancelId: 1 } as const;
  const options = { ...question, buttons: [...question.buttons], noLink: true };
  const answer = await (window === undefined ? dialog.showMessageBox(options) : dialog.showMessageBox(window, options));
  return answer.response === 0;
}
