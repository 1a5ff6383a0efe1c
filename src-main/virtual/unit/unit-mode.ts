import type { DfuVisit } from './unit-meter.ts';

/** What a unit is at a moment: without power, restarting (not on the bus), or up in a mode. */
export type UnitMode = 'off' | 'restarting' | 'normal' | 'listening' | 'safe' | 'dfu';

/** What an observer is told; `at` is the unit's own time in ms. */
export type UnitEvent =
  | { readonly kind: 'mode'; readonly mode: UnitMode; readonly why: string; readonly at: number }
  | { readonly kind: 'dfu-visit'; readonly visit: DfuVisit; readonly at: number };
