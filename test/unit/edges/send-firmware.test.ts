import { describe, expect, it } from 'vitest';
import type { ControlChannel } from '../../../src-main/adapters/usb/control-channel.ts';
import { forgetFirmware, sendFirmware } from '../../../src-main/adapters/usb/send-firmware.ts';
import {
  firmwareUpdateDataRequest,
  startFirmwareUpdateReply,
  startFirmwareUpdateRequest,
} from '../../../src-main/protocol/control-messages.ts';

const [START, FINISH, CANCEL, DATA] = [250, 251, 252, 253];
const FILE = Uint8Array.from({ length: 2500 }, (_, at) => at % 251);

/** A channel that answers as `answers` says by request type, and tells what it was asked. */
function scripted(answers: Readonly<Record<number, { result: number; reply?: Uint8Array }>> = {}, chunkSize = 1024) {
  const asked: { type: number; payload: Uint8Array }[] = [];
  const channel = {
    async request(type: number, payload: Uint8Array) {
      asked.push({ type, payload });
      const reply = type === START ? startFirmwareUpdateReply.encode({ chunkSize }) : new Uint8Array(0);
      return { result: 0, reply, ...answers[type] };
    },
    close: async () => undefined,
  } as unknown as ControlChannel;
  return { channel, asked, types: () => asked.map(({ type }) => type) };
}

describe('a module that is sent over control requests', () => {
  it('goes whole and in order, in pieces of the size the unit names', async () => {
    const { channel, asked, types } = scripted();
    expect(await sendFirmware(channel, FILE, { timeoutMs: 1000 })).toEqual({ value: null });
    expect(types()).toEqual([START, DATA, DATA, DATA, FINISH]);
    expect(startFirmwareUpdateRequest.decode(asked[0]?.payload ?? FILE)).toEqual({ size: 2500, format: 0 });
    const pieces = asked
      .filter(({ type }) => type === DATA)
      .map(({ payload }) => firmwareUpdateDataRequest.decode(payload));
    expect(pieces.map(({ data }) => data.length)).toEqual([1024, 1024, 452]);
    expect(Buffer.concat(pieces.map(({ data }) => data))).toEqual(Buffer.from(FILE));
  });

  it.each([
    [START, [START]],
    [DATA, [START, DATA, CANCEL]],
    [FINISH, [START, DATA, DATA, DATA, FINISH, CANCEL]],
  ])('is forgotten by the unit when it refuses request %i', async (refusing, expected) => {
    const { channel, types } = scripted({ [refusing]: { result: -1330 } });
    expect(await sendFirmware(channel, FILE, { timeoutMs: 1000 })).toEqual({ refused: -1330 });
    expect(types()).toEqual(expected);
  });

  it.each([0, 0xff01, 0xffff_ffff])('is not cut into pieces of %i bytes, whatever the unit says', async (chunkSize) => {
    const { channel, types } = scripted({}, chunkSize);
    await expect(sendFirmware(channel, FILE, { timeoutMs: 1000 })).rejects.toMatchObject({
      code: 'unit/garbled-answer',
    });
    expect(types()).toEqual([START]);
  });

  it('is forgotten over a channel of its own after a broken transfer, which nothing that happens then can change', async () => {
    const { channel, types } = scripted();
    await forgetFirmware(async () => channel);
    expect(types()).toEqual([CANCEL]);
    await expect(forgetFirmware(() => Promise.reject(new Error('gone')))).resolves.toBeUndefined();
  });
});
