import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DevToolsSession } from './chromium.ts';

/** What the preload world of the page says to the host. */
export type PageMessage =
  | { readonly kind: 'invoke'; readonly id: number; readonly channel: string; readonly args: readonly unknown[] }
  | { readonly kind: 'send'; readonly channel: string; readonly args: readonly unknown[] }
  | { readonly kind: 'open'; readonly url: string }
  | { readonly kind: 'fault'; readonly text: string };

/** What the host says to the preload world. */
export type HostMessage =
  | { readonly kind: 'sent'; readonly channel: string; readonly args: readonly unknown[] }
  | { readonly kind: 'reply'; readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly kind: 'reply'; readonly id: number; readonly ok: false; readonly error: string };

/** The preload world of the page that is loaded now; what is said while there is none is lost, as in Electron. */
export type PreloadWorld = { say(message: HostMessage): void };

const WORLD = 'linewright-preload';

/**
 * Puts the preload script, unmodified, into a genuine isolated world of every document to come, and its counterpart into the page's own
 * world. Resolves when that is arranged.
 */
export async function injectPreload(
  page: DevToolsSession,
  preloadFile: string,
  onMessage: (message: PageMessage) => void,
): Promise<PreloadWorld> {
  const [own, other, binding] = [randomUUID(), randomUUID(), `host_${randomUUID().replaceAll('-', '')}`];
  const names = (...given: string[]): string => given.map((name) => JSON.stringify(name)).join(', ');
  const preload = `function (require, process, module, exports) { ${readFileSync(preloadFile, 'utf8')}\n}`;
  const versions = JSON.stringify({ electron: 'host harness', chrome: 'host harness' });
  const link = injected('world-link.js');
  let contextId: number | undefined;

  page.on('Runtime.executionContextCreated', ({ context }) => {
    const { id, name } = context as { id: number; name: string };
    if (name === WORLD) contextId = id;
  });
  page.on('Runtime.executionContextsCleared', () => {
    contextId = undefined;
  });
  page.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
    if (name === binding && executionContextId === contextId) onMessage(JSON.parse(String(payload)));
  });
  await page.send('Runtime.addBinding', { name: binding, executionContextName: WORLD });
  await page.send('Page.addScriptToEvaluateOnNewDocument', {
    source: `(${injected('page-world.js')})((${link}), ${names(other, own)});`,
  });
  await page.send('Page.addScriptToEvaluateOnNewDocument', {
    worldName: WORLD,
    source: `(${injected('preload-world.js')})((${link}), ${names(own, other, binding)}, ${preload}, ${versions});`,
  });
  return {
    say: (message) => {
      if (contextId === undefined) return;
      const expression = `globalThis[${JSON.stringify(own)}](${JSON.stringify(message)})`;
      page.send('Runtime.evaluate', { expression, contextId }).catch(() => undefined); // the document is gone
    },
  };
}

/** The text of a script of this folder, as an expression. */
function injected(file: string): string {
  return readFileSync(join(import.meta.dirname, file), 'utf8')
    .trimEnd()
    .replace(/;$/, '');
}
