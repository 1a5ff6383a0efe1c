import type { FirmwareModule } from './firmware-module.ts';
import type { Recipe } from './recipe.ts';

/** What a module of the recipe is called in a plan, e.g. `Device OS 3.3.1, part 2 of 3`; screens and records show it. */
export function nameOf(module: FirmwareModule, recipe: Recipe): string {
  switch (module.function) {
    case 'user-part':
      return `application, version ${recipe.productVersion}`;
    case 'radio-stack':
      return `radio stack ${module.version}`;
    case 'bootloader':
      return module.index === 0 ? `bootloader ${module.version}` : `prebootloader part 1, ${module.version}`;
    case 'ncp':
      return `co-processor firmware ${module.version}`;
    case 'asset':
      return `asset ${module.fileName}`;
    default: {
      const parts = recipe.system.filter((other) => other.function === 'system-part').length;
      return `Device OS ${recipe.deviceOs}${parts > 1 ? `, part ${module.index} of ${parts}` : ''}`;
    }
  }
}
