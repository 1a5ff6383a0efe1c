/** What a scan of a carton's code says to the station; undefined for a name that no carton may have (contract.ts, `openCarton`). */
export function cartonCode(name: string): string | undefined {
  const trimmed = name.trim();
  return /^[\w .:/-]{1,40}$/.test(trimmed) ? `LW:CARTON:${trimmed}` : undefined;
}
