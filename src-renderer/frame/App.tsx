import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { CodesScreen } from '../codes/CodesScreen.tsx';
import type { StationStore } from '../connect/station-store.ts';
import { DICTIONARIES } from '../i18n/dictionaries.ts';
import { firstLanguage, type Language } from '../i18n/language.ts';
import { OperatorScreen } from '../operator/OperatorScreen.tsx';
import { RunsScreen } from '../runs/RunsScreen.tsx';
import { SlotsScreen } from '../slots/SlotsScreen.tsx';
import styles from './App.module.css';
import { LinkNotice } from './LinkNotice.tsx';
import { useRoute } from './route.ts';
import { ScanNotice } from './ScanNotice.tsx';
import { StationFaults } from './StationFaults.tsx';
import { type Notice, type Screen, ScreenContext } from './screen.ts';
import { keepSetting, readSetting } from './settings.ts';
import { TopBar } from './TopBar.tsx';
import { useScans } from './use-scans.ts';
import { VerdictAnnouncer } from './VerdictAnnouncer.tsx';
import { VirtualBanner } from './VirtualBanner.tsx';

/** The page: one of the screens under one frame, all of it drawn from the last snapshot. */
export function App({ store }: { store: StationStore }) {
  const state = useSyncExternalStore(store.subscribe, store.read);
  const route = useRoute();
  const [language, setLanguageState] = useState<Language>(() => firstLanguage(readSetting('language')));
  const [sound, setSoundState] = useState(() => readSetting('sound') !== 'off');
  const [notice, setNotice] = useState<Notice>();
  const dictionary = DICTIONARIES[language];

  const setLanguage = useCallback((next: Language) => {
    keepSetting('language', next);
    setLanguageState(next);
  }, []);
  const setSound = useCallback((on: boolean) => {
    keepSetting('sound', on ? 'on' : 'off');
    setSoundState(on);
  }, []);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useScans({ store, route, setLanguage, setSound, setNotice });

  const { snapshot, connections } = state;
  useWarningOnClose(snapshot?.slots.some(({ run }) => run !== undefined && run.ended === undefined) ?? false);
  const screen = useMemo<Screen | undefined>(
    () =>
      snapshot && {
        snapshot,
        connections,
        ask: store.ask,
        dictionary,
        language,
        setLanguage,
        sound,
        setSound,
        notice,
        setNotice,
      },
    [snapshot, connections, store, dictionary, language, setLanguage, sound, setSound, notice],
  );

  if (screen === undefined) return <LinkNotice link={state.link} words={dictionary.words} alone />;
  return (
    <ScreenContext value={screen}>
      <div className={styles.page}>
        {screen.snapshot.station.virtual && <VirtualBanner words={dictionary.words} />}
        <TopBar route={route} />
        <LinkNotice link={state.link} words={dictionary.words} />
        <StationFaults />
        <ScanNotice />
        <main className={styles.main}>
          {route.screen === 'line' && <OperatorScreen />}
          {route.screen === 'runs' && <RunsScreen route={route} />}
          {route.screen === 'codes' && <CodesScreen />}
          {route.screen === 'slots' && <SlotsScreen />}
        </main>
        <VerdictAnnouncer />
      </div>
    </ScreenContext>
  );
}

/** The browser asks before the page is closed while a unit is being built. */
function useWarningOnClose(busy: boolean): void {
  useEffect(() => {
    if (!busy) return;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [busy]);
}
