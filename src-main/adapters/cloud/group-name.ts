import { StationError } from '../../domain/failure.ts';
import { isGroupName } from '../../domain/group-name.ts';

/** Throws `request/invalid` for what can be no group's name: 1 to 64 of lower-case letters, digits, `-` and `_` (cloud-api.md 2.6). */
export function requireGroupName(name: string): void {
  if (isGroupName(name)) return;
  const detail = `A group's name is 1 to 64 lower-case letters, digits, - and _; this was ${JSON.stringify(name.slice(0, 80))}.`;
  throw new StationError('request/invalid', detail);
}
