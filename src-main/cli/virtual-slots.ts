import { virtualPortPath } from '../build-virtual-station.ts';
import type { Result } from '../domain/failure.ts';
import { type LineOptions, parsePlatforms } from './open-line.ts';

/** The slots of a virtual line by its options: numbers from 1, with the ports it gives them. */
export function virtualSlots({
  virtual,
  hubPorts,
}: Pick<LineOptions, 'virtual' | 'hubPorts'>): Result<readonly { readonly name: string; readonly portPath: string }[]> {
  const platforms = parsePlatforms(virtual ?? '');
  if (!platforms.ok) return platforms;
  const ports = hubPorts === undefined ? undefined : Number(hubPorts);
  return {
    ok: true,
    value: platforms.value.map((_, index) => ({ name: String(index + 1), portPath: virtualPortPath(index, ports) })),
  };
}
