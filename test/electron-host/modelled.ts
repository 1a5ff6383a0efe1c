/**
 * Wraps a stand-in so that whatever of Electron it does not model fails at once, by name, instead of being undefined. A name may still
 * be assigned: tests replace `dialog.showMessageBox`, here as in real Electron.
 */
export function modelled<Model extends object>(name: string, model: Model): Model {
  return new Proxy(model, {
    get(target, key) {
      if (typeof key === 'string' && !(key in target) && !ASKED_BY_LANGUAGE.has(key)) {
        throw new Error(`${name}.${key} is not modelled by the Electron host harness.`);
      }
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' && !isClass(value) ? value.bind(target) : value;
    },
  });
}

/** Names that await, JSON and inspection look for on any object. */
const ASKED_BY_LANGUAGE: ReadonlySet<string> = new Set([
  'then',
  'toJSON',
  'constructor',
  'asymmetricMatch',
  'nodeType',
]);

function isClass(value: unknown): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}
