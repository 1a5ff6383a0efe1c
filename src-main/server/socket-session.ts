import type { RawData, WebSocket } from 'ws';
import * as z from 'zod';
import type { CommandAnswer, StationCommands } from '../contract/contract.ts';
import { serveCommand } from '../contract/serve.ts';
import { isAccessToken } from './access-token.ts';
import { createSnapshotFeed } from './snapshot-feed.ts';

/** Close codes of our own, of the private range 4000 to 4999 of RFC 6455 7.4.2. The page knows the first one too (socket-link.ts). */
export const CLOSE_NO_TOKEN = 4401;
const CLOSE_BAD_FRAME = 4400;

/** Calls one page may have open; a person with a scanner needs two. A call is open until its answer has left this process. */
const MAX_OPEN_CALLS = 64;

const callFrame = z.strictObject({ id: z.int().nonnegative(), name: z.string().max(60), input: z.unknown() });
type CallFrame = z.infer<typeof callFrame>;

/**
 * One client of the station over one socket. The first frame must be the token, within `tokenWaitMs`; then every frame
 * `{id, name, input}` is answered with `{id, answer}`, and snapshots come as `{snapshot}`. The socket is closed with 4401
 * without the token, with 4400 on a frame that is not a call. A client that asks faster than it reads is not read from until it
 * has caught up, so that neither its calls nor its answers pile up here.
 */
export function serveSocket(socket: WebSocket, station: StationCommands, token: string, tokenWaitMs: number): void {
  let openCalls = 0;
  const waiting: CallFrame[] = [];
  let unsubscribe: (() => void) | undefined;
  const feed = createSnapshotFeed({
    pendingBytes: () => socket.bufferedAmount,
    send: (snapshot) => socket.send(JSON.stringify({ snapshot })),
  });
  const deadline = setTimeout(() => socket.close(CLOSE_NO_TOKEN, 'no token'), tokenWaitMs);

  const onFrame = (data: RawData, isBinary: boolean): void => {
    if (isBinary) socket.close(CLOSE_BAD_FRAME, 'text frames only');
    else if (unsubscribe === undefined) onFirstFrame(data.toString());
    else onCall(readCall(data.toString()));
  };
  const onFirstFrame = (text: string): void => {
    if (socket.readyState !== socket.OPEN) return;
    clearTimeout(deadline);
    if (isAccessToken(text, token)) unsubscribe = station.subscribe((snapshot) => feed.offer(snapshot));
    else socket.close(CLOSE_NO_TOKEN, 'wrong token');
  };
  const onCall = (call: CallFrame | undefined): void => {
    if (call === undefined) {
      socket.close(CLOSE_BAD_FRAME, 'not a call');
    } else if (openCalls < MAX_OPEN_CALLS) {
      void answer(call);
    } else {
      // Frames that had been read already when the reading stopped.
      waiting.push(call);
      socket.pause();
    }
  };
  const answer = async ({ id, name, input }: CallFrame): Promise<void> => {
    openCalls += 1;
    const given: CommandAnswer = await serveCommand(station, name, input);
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ id, answer: given }), onAnswered);
    else onAnswered();
  };
  const onAnswered = (): void => {
    openCalls -= 1;
    const next = waiting.shift();
    if (next !== undefined) void answer(next);
    else if (socket.isPaused) socket.resume();
  };

  socket.on('message', onFrame);
  socket.on('error', () => socket.terminate()); // a frame over the limit, or a broken connection: the page connects again
  socket.on('close', () => {
    clearTimeout(deadline);
    waiting.length = 0;
    unsubscribe?.();
    feed.stop();
  });
}

function readCall(text: string): CallFrame | undefined {
  try {
    const parsed = callFrame.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
