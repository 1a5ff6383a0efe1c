/** What stands between the wish to quit and the end of the process. */
export type QuitGuard = {
  /** Whether the station is closed and nothing holds the app any more. */
  mayGo(): boolean;
  /** A person wants to quit: asks when a unit is being worked on, then closes the station and leaves. Any number of calls. */
  request(): Promise<void>;
  /** The system or the terminal wants it: closes the station and leaves, without asking. Any number of calls. */
  insist(): Promise<void>;
};

export type QuitGuardOptions = {
  /** The slots with a run going on, by name. */
  readonly busySlots: () => readonly string[];
  /** Whether the runs in these slots may be stopped. */
  readonly ask: (slots: readonly string[]) => Promise<boolean>;
  /** Stops the runs, records them, lets go of everything. */
  readonly close: () => Promise<void>;
  /** Ends the process; called once, with what went wrong while closing, if anything. */
  readonly leave: (trouble?: unknown) => void;
};

/** Longer than any step's teardown. A run that is cut here is found and closed at the next start. */
const CLOSE_LIMIT_MS = 60_000;

/** Makes sure that quitting is asked about when it costs a unit, and that every run is on record before the process ends. */
export function createQuitGuard({ busySlots, ask, close, leave }: QuitGuardOptions): QuitGuard {
  let phase: 'open' | 'asking' | 'closing' | 'gone' = 'open';

  const insist = async (): Promise<void> => {
    if (phase === 'closing' || phase === 'gone') return;
    phase = 'closing';
    const trouble = await closed(close);
    phase = 'gone';
    leave(trouble);
  };
  return {
    mayGo: () => phase === 'gone',
    insist,
    async request() {
      if (phase !== 'open') return;
      phase = 'asking';
      const slots = busySlots();
      const isAllowed = slots.length === 0 || (await ask(slots).catch(() => false));
      if (phase !== 'asking') return; // the system insisted meanwhile
      phase = 'open';
      if (isAllowed) await insist();
    },
  };
}

/** Waits for the close, with an end; resolves with what went wrong. */
async function closed(close: () => Promise<void>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error(`Not closed after ${CLOSE_LIMIT_MS / 1000} s.`)), CLOSE_LIMIT_MS);
  });
  try {
    return await Promise.race([close(), late]);
  } catch (thrown) {
    return thrown;
  } finally {
    clearTimeout(timer);
  }
}
