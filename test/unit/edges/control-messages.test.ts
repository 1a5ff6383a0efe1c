import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StationError } from '../../../src-main/domain/failure.ts';
import {
  getDeviceModeReply,
  getIccidReply,
  getModuleInfoReply,
  getProtectedStateReply,
  setSetupDoneRequest,
} from '../../../src-main/protocol/control-messages.ts';
import { readModuleInfo } from '../../../src-main/protocol/module-reports.ts';
import { decodeServiceReply, encodeServiceReply } from '../../../src-main/protocol/service-reply.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('control messages', () => {
  it('leave default values out, so that "normal mode" is an empty payload', () => {
    expect(getDeviceModeReply.encode({ mode: 0 })).toHaveLength(0);
    expect(getDeviceModeReply.decode(new Uint8Array(0))).toEqual({ mode: 0 });
    expect(Buffer.from(setSetupDoneRequest.encode({ done: true })).toString('hex')).toBe('0801');
  });

  it('tell a missing IMEI from an empty one', () => {
    expect(getIccidReply.decode(getIccidReply.encode({ iccid: '89' })).imei).toBeUndefined();
    expect(getIccidReply.decode(getIccidReply.encode({ iccid: '89', imei: '' })).imei).toBe('');
  });

  it('skip fields that a newer firmware may add', () => {
    // state=true, then field 15 of every wire type
    const bytes = hex('08 01  78 05  7a 02 ff ff  7d 01 02 03 04  79 01 02 03 04 05 06 07 08');
    expect(getProtectedStateReply.decode(bytes)).toEqual({ state: true, overridden: false });
  });

  it('refuse a field of another wire type, a cut message, text that is not UTF-8 and a list without end', () => {
    for (const bytes of [hex('0a 01 41'), hex('08'), hex('0d 01')]) {
      expect(() => getDeviceModeReply.decode(bytes)).toThrow(StationError);
    }
    for (const bytes of [hex('0a 05 41'), hex('0a 02 c3 28'), hex('0a ff ff ff ff 0f 41')]) {
      expect(() => getIccidReply.decode(bytes)).toThrow(StationError);
    }
    const modules = Array.from({ length: 257 }, () => ({ version: 1 }));
    expect(() => getModuleInfoReply.decode(getModuleInfoReply.encode({ modules }))).toThrow(/256/);
  });

  it('either decode hostile bytes or refuse them with the one code, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readModuleInfo(getModuleInfoReply.decode(bytes));
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'unit/garbled-answer' });
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('module reports', () => {
  it('come out of the modern list with faults where a check was made and not passed', () => {
    const bytes = getModuleInfoReply.encode({
      modules: [
        { type: 2, index: 0, version: 3100, checkedFlags: 30, passedFlags: 30, size: 40_000 },
        {
          type: 5,
          index: 2,
          version: 6,
          store: 0,
          checkedFlags: 30,
          passedFlags: 26,
          hash: new Uint8Array(32).fill(0xab),
          dependencies: [{ type: 4, index: 1, version: 6200 }],
        },
        { type: 5, index: 2, version: 5, store: 1, checkedFlags: 30, passedFlags: 30 },
      ],
    });
    expect(readModuleInfo(getModuleInfoReply.decode(bytes))).toEqual([
      {
        function: 'bootloader',
        index: 0,
        version: 3100,
        store: 'main',
        faults: [],
        dependencies: [],
        sizeBytes: 40_000,
      },
      {
        function: 'user-part',
        index: 2,
        version: 6,
        store: 'main',
        faults: ['dependencies'],
        dependencies: [{ function: 'system-part', index: 1, version: 6200 }],
        sha256: 'ab'.repeat(32),
      },
      { function: 'user-part', index: 2, version: 5, store: 'factory', faults: [], dependencies: [] },
    ]);
  });

  it('come out of the deprecated list by its own numbers, every non-zero validity being a fault', () => {
    const bytes = getModuleInfoReply.encode({
      modulesDeprecated: [
        { type: 1, index: 0, version: 1100 },
        { type: 3, index: 1, version: 6, validity: 2, dependencies: [{ type: 2, index: 2, version: 3302 }] },
        { type: 2, index: 1, version: 3302, validity: 9 },
      ],
    });
    expect(readModuleInfo(getModuleInfoReply.decode(bytes))).toMatchObject([
      { function: 'bootloader', version: 1100, faults: [] },
      {
        function: 'user-part',
        faults: ['dependencies'],
        dependencies: [{ function: 'system-part', index: 2, version: 3302 }],
      },
      { function: 'system-part', faults: ['integrity', 'other'] },
    ]);
  });

  it('do not count a part as healthy whose integrity nobody checked', () => {
    const bytes = getModuleInfoReply.encode({ modules: [{ type: 5, index: 2, version: 6 }] });
    expect(readModuleInfo(getModuleInfoReply.decode(bytes))[0]?.faults).toEqual(['other']);
  });
});

describe('service replies', () => {
  it('are laid out as the sheet says: flags, status, then id, size and result if flagged', () => {
    expect(Buffer.from(encodeServiceReply({ status: 0, id: 1 })).toString('hex')).toBe('0300000000000100');
    expect(decodeServiceReply(hex('0d000000 0000 10000000 88ffffff'))).toEqual({ status: 0, size: 16, result: -120 });
  });

  it('survive a round trip', () => {
    const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
    const reply = fc
      .record({
        status: fc.constantFrom(0, 1, 2, 3, 4, 5),
        id: optional(fc.nat(0xffff)),
        size: optional(fc.nat(0xffffffff)),
        result: optional(fc.integer()),
      })
      .map((value) => JSON.parse(JSON.stringify(value)));
    fc.assert(
      fc.property(reply, (value) => {
        expect(decodeServiceReply(encodeServiceReply(value))).toEqual(value);
      }),
    );
  });

  it('are refused when cut off or without a status', () => {
    for (const bytes of [hex(''), hex('0300000000'), hex('030000000000'), hex('000000000000'), hex('010000000900')]) {
      expect(() => decodeServiceReply(bytes)).toThrow(StationError);
    }
  });
});
