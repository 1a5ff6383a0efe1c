import type { Agent, ClientRequest, IncomingMessage } from 'node:http';

/** The one request somebody else makes over this agent, to be seen and to be ended from outside. */
export type WatchedRequest = {
  /** For the one who makes the request. */
  readonly agent: Agent;
  destroy(): void;
};

/**
 * Wraps an agent for a client that lets nobody at its request. Uses `addRequest`, which Node calls on every agent and which agents of
 * other makers implement as well; its types leave it out. `onAnswer` is called before anything of the answer's body is read.
 */
export function watchRequest(agent: Agent, onAnswer: (answer: IncomingMessage) => void): WatchedRequest {
  let request: ClientRequest | undefined;
  let isOver = false;
  const inner = agent as Agent & { addRequest(...call: readonly unknown[]): void };
  const addRequest = (made: ClientRequest, ...rest: readonly unknown[]) => {
    request = made;
    made.once('response', onAnswer);
    inner.addRequest(made, ...rest);
    if (isOver) made.destroy();
  };
  return {
    agent: Object.create(agent, { addRequest: { value: addRequest } }) as Agent,
    destroy: () => {
      isOver = true;
      request?.destroy();
    },
  };
}
