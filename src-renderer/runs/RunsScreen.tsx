import type { Route } from '../frame/route.ts';

export function RunsScreen({ route }: { route: Extract<Route, { screen: 'runs' }> }) {
  return <p>{route.search}</p>;
}
