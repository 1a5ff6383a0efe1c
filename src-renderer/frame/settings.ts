/** What this screen remembers from day to day, on this computer. */
type Setting = 'language' | 'sound';

/** The remembered value, or null: never set, or the browser keeps nothing. */
export function readSetting(setting: Setting): string | null {
  try {
    return window.localStorage.getItem(`linewright.${setting}`);
  } catch {
    return null;
  }
}

/** Remembers a value where the browser allows it. */
export function keepSetting(setting: Setting, value: string): void {
  try {
    window.localStorage.setItem(`linewright.${setting}`, value);
  } catch {
    // A browser that keeps nothing: the choice holds until the page is closed.
  }
}
