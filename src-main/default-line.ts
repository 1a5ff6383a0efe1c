/** The virtual line a newcomer gets: one unit of each kind this version builds. */
export const DEFAULT_VIRTUAL_LINE = 'electron,boron,b5som';
