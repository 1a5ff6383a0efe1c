import type { RawData, WebSocket } from 'ws';
import * as z from 'zod';
import type { CommandAnswer, StationCommands } from '../contract/contract.ts';
import { serveCommand } from '../contract/serve.ts';
import { isAccessToken } from './access-token.ts';
import { createSnapshotFeed } from './snapshot-feed.ts';

/** Close codes of our own, of the private range 4000 to 4999 of RFC 6455 7.4.2. The page knows them too (socket-transport.ts). */
export const CLOSE_NO_TOKEN = 4401;
export const CLOSE_BAD_FRAME = 4400;

/** Calls one page may have open; a person with a scanner needs two. */
const MAX_OPEN_CALLS = 64;

const callFrame = z.strictObject({ id: z.int().nonnegative(), name: z.string().max(60), input: z.unknown() });
type CallFrame = z.infer<typeof callFrame>;

/**
 * One client of the station over one socket. The first frame must be the token, within `tokenWaitMs`; then every frame
 * `{id, name, input}` is answered with `{id, answer}`, and snapshots come as `{snapshot}`. The socket is closed with 4401
 * without the token, with 4400 on a frame that is not a call.
 */
export function serveSocket(socket: WebSocket, station: StationCommands, token: string, tokenWaitMs: number): void {
  let openCalls = 0;
  let unsubscribe: (() => void) | undefined;
  const feed = createSnapshotFeed({
    pendingBytes: () => socket.bufferedAmount,
    send: (snapshot) => socket.send(JSON.stringify({ snapshot })),
  });
  const deadline = setTimeout(() => socket.close(CLOSE_NO_TOKEN, 'no token'), tokenWaitMs);

  const onFrame = (data: RawData, isBinary: boolean): void => {
    if (isBinary) socket.close(CLOSE_BAD_FRAME, 'text frames only');
    else if (unsubscribe === undefined) onFirstFrame(data.toString());
    else void onCall(readCall(data.toString()));
  };
  const onFirstFrame = (text: string): void => {
    if (socket.readyState !== socket.OPEN) return;
    clearTimeout(deadline);
    if (isAccessToken(text, token)) unsubscribe = station.subscribe((snapshot) => feed.offer(snapshot));
    else socket.close(CLOSE_NO_TOKEN, 'wrong token');
  };
  const onCall = async (call: CallFrame | undefined): Promise<void> => {
    if (call === undefined) {
      socket.close(CLOSE_BAD_FRAME, 'not a call');
    } else if (openCalls >= MAX_OPEN_CALLS) {
      answer(call.id, tooMany);
    } else {
      openCalls += 1;
      const given = await serveCommand(station, call.name, call.input);
      openCalls -= 1;
      answer(call.id, given);
    }
  };
  const answer = (id: number, given: CommandAnswer): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ id, answer: given }));
  };

  socket.on('message', onFrame);
  socket.on('error', () => socket.terminate()); // a frame over the limit, or a broken connection: the page connects again
  socket.on('close', () => {
    clearTimeout(deadline);
    unsubscribe?.();
    feed.stop();
  });
}

const tooMany: CommandAnswer = {
  ok: false,
  failure: { code: 'request/invalid', detail: `More than ${MAX_OPEN_CALLS} commands are waiting for an answer.` },
};

function readCall(text: string): CallFrame | undefined {
  try {
    const parsed = callFrame.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
