import type { FirmwareModule } from './firmware-module.ts';
import type { RecipeAsset } from './recipe.ts';

/** The parsed files of a recipe, each in the role the recipe gives it, not yet held against anything. */
export type RecipeModules = {
  readonly system: readonly FirmwareModule[];
  readonly radioStack: FirmwareModule | undefined;
  readonly bootloader: FirmwareModule | undefined;
  readonly prebootloader: FirmwareModule | undefined;
  readonly ncp: FirmwareModule | undefined;
  readonly application: FirmwareModule;
  readonly assets: readonly RecipeAsset[];
};

/** Every module of a recipe, what others need first: bootloaders, co-processor, radio stack, system parts, application. */
export function modulesOf(modules: Omit<RecipeModules, 'assets'>): readonly FirmwareModule[] {
  const { prebootloader, bootloader, ncp, radioStack, system, application } = modules;
  return [prebootloader, bootloader, ncp, radioStack, ...system, application].filter((module) => module !== undefined);
}
