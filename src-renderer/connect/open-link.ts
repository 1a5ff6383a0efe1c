import type { Link } from './link.ts';
import { openSocketLink } from './socket-link.ts';

const TOKEN_KEY = 'linewright.token';

/** The link to the station: the preload bridge of the Electron window when there is one, else the socket of the loopback server. */
export function openLink(window: Window): Link {
  const bridge = window.linewright;
  if (bridge === undefined) return openSocketLink(`ws://${window.location.host}/ws`, takeToken(window));
  return {
    invoke: (name, input) => bridge.invoke(name, input),
    subscribe: (listener) => bridge.subscribe(listener),
    watch: (listener) => {
      listener('open');
      return () => {};
    },
  };
}

/**
 * The token of this start of the station. It comes in the fragment, is kept for this tab and origin only, and leaves the
 * address bar at once, so that no bookmark, history or screenshot holds it.
 */
function takeToken(window: Window): string {
  const token = /^#token=([\w-]+)$/.exec(window.location.hash)?.[1];
  if (token === undefined) return window.sessionStorage.getItem(TOKEN_KEY) ?? '';
  window.sessionStorage.setItem(TOKEN_KEY, token);
  window.history.replaceState(null, '', '#/');
  return token;
}
