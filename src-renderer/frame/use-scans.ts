import { useEffect, useRef } from 'react';
import { identifierIn } from '../../src-main/domain/label.ts';
import type { StationStore } from '../connect/station-store.ts';
import type { Language } from '../i18n/language.ts';
import { listenForScans } from '../scan/listen-for-scans.ts';
import { isLearnCode, isPrintedCode, readScreenCode, type ScreenCode } from '../scan/screen-code.ts';
import type { Route } from './address.ts';
import { go } from './route.ts';
import type { Notice } from './screen.ts';

type ScanActions = {
  readonly store: StationStore;
  readonly route: Route;
  readonly setLanguage: (language: Language) => void;
  readonly setSound: (on: boolean) => void;
  readonly setNotice: (notice: Notice | undefined) => void;
};

/**
 * Listens to the scanner for as long as the page lives. A printed code is obeyed on every screen; a label starts a run on the
 * operator screen and fills the search on the records screen.
 */
export function useScans(actions: ScanActions): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => listenForScans(window, (text) => void onScan(text, latest.current)), []);
}

async function onScan(text: string, actions: ScanActions): Promise<void> {
  actions.setNotice(undefined);
  const code = readScreenCode(text);
  if (code !== undefined) {
    obey(code, actions);
  } else if (actions.route.screen === 'runs' && !isPrintedCode(text)) {
    go({ screen: 'runs', search: identifierIn(text) });
  } else {
    if (isLearnCode(text)) go({ screen: 'slots' });
    else if (leavesFor(actions)) go({ screen: 'line' });
    const answer = await actions.store.ask('scan', { text });
    if (!answer.ok) actions.setNotice({ failure: answer.failure });
  }
}

/** A scan is about the line: other screens make way for it, but not in the middle of teaching the slots. */
function leavesFor({ route, store }: ScanActions): boolean {
  return route.screen === 'codes' || (route.screen === 'slots' && store.read().snapshot?.learning === undefined);
}

function obey(code: ScreenCode, actions: ScanActions): void {
  if (code.kind === 'language') actions.setLanguage(code.language);
  if (code.kind === 'sound') actions.setSound(code.on);
  if (code.kind === 'show') go(code.screen === 'runs' ? { screen: 'runs', search: '' } : { screen: code.screen });
}
