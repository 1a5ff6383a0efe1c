import { useSyncExternalStore } from 'react';
import { addressOf, type Route, readRoute } from './address.ts';

/** Goes to a screen. */
export function go(route: Route): void {
  window.location.hash = addressOf(route);
}

/** The present route, also after Back and Forward. */
export function useRoute(): Route {
  return readRoute(useSyncExternalStore(subscribeToHash, () => window.location.hash));
}

function subscribeToHash(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}
