const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * How old something is, in the largest unit that still tells: minutes up to an hour, hours up to two days, then days, always rounded
 * down. `since` is ISO 8601; a time that this computer's clock has not reached yet is as old as nothing.
 */
export function ageOf(
  since: string,
  nowMs: number,
): { readonly value: number; readonly unit: 'minute' | 'hour' | 'day' } {
  const ms = Math.max(0, nowMs - Date.parse(since));
  if (ms < HOUR_MS) return { value: Math.floor(ms / MINUTE_MS), unit: 'minute' };
  if (ms < 2 * DAY_MS) return { value: Math.floor(ms / HOUR_MS), unit: 'hour' };
  return { value: Math.floor(ms / DAY_MS), unit: 'day' };
}

/** The age in words of the language: `12 min`, `3 hrs`, `2 days`; below a minute `< 1 min`. */
export function ageText(since: string, nowMs: number, locale: string): string {
  const { value, unit } = ageOf(since, nowMs);
  const text = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(Math.max(1, value));
  return value === 0 ? `< ${text}` : text;
}
