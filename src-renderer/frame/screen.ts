import { createContext, useContext } from 'react';
import type { Failure } from '../../src-main/domain/failure.ts';
import type { Snapshot } from '../../src-main/domain/snapshot.ts';
import type { StationState, StationStore } from '../connect/station-store.ts';
import type { Dictionary } from '../i18n/dictionary.ts';
import type { Language } from '../i18n/language.ts';

/** What every part of a screen may use: the station, the words, and the few things this screen itself remembers. */
export type Screen = {
  readonly snapshot: Snapshot;
  readonly connections: StationState['connections'];
  readonly ask: StationStore['ask'];
  readonly dictionary: Dictionary;
  readonly language: Language;
  readonly setLanguage: (language: Language) => void;
  readonly sound: boolean;
  readonly setSound: (on: boolean) => void;
  /** Why the last thing asked for on this screen was not done. */
  readonly notice: Notice | undefined;
  readonly setNotice: (notice: Notice | undefined) => void;
};

export type Notice = { readonly failure: Failure };

export const ScreenContext = createContext<Screen | undefined>(undefined);

/** The screen this component is part of. */
export function useScreen(): Screen {
  const screen = useContext(ScreenContext);
  if (screen === undefined) throw new Error('A component of a screen stands outside of ScreenContext.');
  return screen;
}
