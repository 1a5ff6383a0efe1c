import { StationError } from '../../domain/failure.ts';
import type { Answer } from '../../ports/unit-control.ts';
import {
  finishFirmwareUpdateRequest,
  firmwareUpdateDataRequest,
  startFirmwareUpdateReply,
  startFirmwareUpdateRequest,
} from '../../protocol/control-messages.ts';
import { CONTROL_REQUEST } from '../../protocol/control-requests.ts';
import type { ControlChannel } from './control-channel.ts';

/**
 * Sends one module file over requests 250, 253 and 251 (device-usb.md 5.3, 5.4): chunks of the size the unit names, strictly one after
 * the other. A refusal is a value, and the unit then forgets what it got. A failed transfer rejects as the channel does; what the unit
 * then holds is for `forgetFirmware`.
 */
export async function sendFirmware(
  channel: ControlChannel,
  file: Uint8Array,
  options: { readonly timeoutMs: number; readonly onProgress?: (doneBytes: number) => void },
): Promise<Answer<null>> {
  const deadline = Date.now() + options.timeoutMs;
  const ask = async (type: number, payload: Uint8Array): Promise<{ result: number; reply: Uint8Array }> => {
    const timeoutMs = Math.max(1, deadline - Date.now());
    const answer = await channel.request(type, payload, { timeoutMs, pollsMs: TIGHT_POLLS_MS });
    if (answer.result >= 0 || type === CONTROL_REQUEST.startFirmwareUpdate) return answer;
    await cancel(channel);
    return answer;
  };

  const started = await ask(
    CONTROL_REQUEST.startFirmwareUpdate,
    startFirmwareUpdateRequest.encode({ size: file.length, format: 0 }),
  );
  if (started.result < 0) return { refused: started.result };
  const { chunkSize } = startFirmwareUpdateReply.decode(started.reply);
  if (chunkSize < 1 || chunkSize > MAX_CHUNK_BYTES) {
    throw new StationError('unit/garbled-answer', `The unit asks for update chunks of ${chunkSize} bytes.`);
  }
  options.onProgress?.(0);
  for (let at = 0; at < file.length; at += chunkSize) {
    const data = file.subarray(at, at + chunkSize);
    const taken = await ask(CONTROL_REQUEST.firmwareUpdateData, firmwareUpdateDataRequest.encode({ data }));
    if (taken.result < 0) return { refused: taken.result };
    options.onProgress?.(at + data.length);
  }
  const finished = await ask(CONTROL_REQUEST.finishFirmwareUpdate, finishFirmwareUpdateRequest.encode({}));
  return finished.result < 0 ? { refused: finished.result } : { value: null };
}

/**
 * Tells a unit to forget half an update (request 252), over a channel of its own, because an abort has closed the first. Never rejects:
 * the unit may be gone, and the next update begins with a request that forgets as well.
 */
export async function forgetFirmware(open: () => Promise<ControlChannel>): Promise<void> {
  try {
    const channel = await open();
    try {
      await cancel(channel);
    } finally {
      await channel.close();
    }
  } catch {
    // What went wrong before is what counts.
  }
}

/**
 * A chunk is in the unit's flash within milliseconds, and waiting longer than that between questions is what makes the reference tool
 * slow: 20 KB/s with its first wait of 50 ms (anchors.md C3). Erasing the update slot and checking the whole take longer.
 */
const TIGHT_POLLS_MS: readonly number[] = [...new Array<number>(24).fill(1), ...new Array<number>(12).fill(4), 10];

/** What still fits one request together with its two to four bytes of protobuf; units ask for 1024 (device-usb.md 5.3). */
const MAX_CHUNK_BYTES = 0xff00;
const CANCEL_MS = 1_000;

async function cancel(channel: ControlChannel): Promise<void> {
  await channel
    .request(CONTROL_REQUEST.cancelFirmwareUpdate, new Uint8Array(0), { timeoutMs: CANCEL_MS })
    .catch(() => undefined);
}
