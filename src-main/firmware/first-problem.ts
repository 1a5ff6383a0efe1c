import type { Failure } from '../domain/failure.ts';
import type { FirmwareModule } from './firmware-module.ts';

/** The first problem a check finds in these modules, in their order; undefined when it finds none. */
export function firstProblem(
  modules: readonly FirmwareModule[],
  check: (module: FirmwareModule) => Failure | undefined,
): Failure | undefined {
  for (const module of modules) {
    const problem = check(module);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
