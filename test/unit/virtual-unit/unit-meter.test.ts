import { describe, expect, it } from 'vitest';
import { UnitMeter } from '../../../src-main/virtual/unit/unit-meter.ts';

describe('what a unit counts in one visit to DFU mode', () => {
  it('tells reading back what was written from reading anything else', () => {
    const meter = new UnitMeter();
    meter.transfer(0, 4);
    meter.uploaded(0x1000, 4096);
    meter.transfer(10, 1);
    meter.programmed(11, 0x1000, 4096, 40);
    meter.transfer(60, 4);
    meter.uploaded(0x1000, 4096);
    meter.transfer(70, 4);
    meter.uploaded(0x2000, 4096);
    const [visit] = meter.visits();
    expect(visit?.compared).toEqual({ bytes: 8192, wireMs: 8, wallMs: 4 + 10 });
    // From the end of the transfer before it, the chip's work included, to its own end.
    expect(visit?.readBack).toEqual({ bytes: 4096, wireMs: 4, wallMs: 64 - 11 });
  });

  it('counts the write phase from the first erase to the end of the last program, without what was read between them', () => {
    const meter = new UnitMeter();
    meter.transfer(0, 4);
    meter.uploaded(0x1000, 4096);
    meter.transfer(50, 1);
    meter.erased(100, 80);
    meter.programmed(200, 0x1000, 4096, 40);
    meter.transfer(245, 5);
    meter.transfer(250, 4);
    meter.uploaded(0x1000, 4096);
    meter.erased(300, 80);
    meter.programmed(400, 0x2000, 4096, 40);
    meter.transfer(450, 4);
    meter.uploaded(0x2000, 4096);
    // 100 to 440, and 250 to 254 of it under an upload.
    expect(meter.leave()?.writeMs).toBe(336);
  });

  it('begins a visit with its first transfer, and the next one anew', () => {
    const meter = new UnitMeter();
    expect(meter.leave()).toBeUndefined();
    for (const from of [100, 900]) {
      meter.transfer(from, 1);
      meter.programmed(from + 1, 0, 1024, 10);
      meter.transfer(from + 50, 2);
      meter.leave();
    }
    expect(meter.visits().map(({ firstTransferAt, lastTransferAt }) => [firstTransferAt, lastTransferAt])).toEqual([
      [100, 152],
      [900, 952],
    ]);
    expect(meter.visits().map(({ bytesProgrammed }) => bytesProgrammed)).toEqual([1024, 1024]);
  });

  it('forgets the oldest of very many requests, and none of some thousand', () => {
    const meter = new UnitMeter();
    for (let at = 0; at < 5000; at += 1) meter.request(at, 1);
    expect(meter.requests()[0]).toEqual({ at: 0, wireMs: 1 });
    for (let at = 5000; at < 50_000; at += 1) meter.request(at, 1);
    expect(meter.requests().length).toBeLessThan(10_001);
    expect(meter.requests().at(-1)).toEqual({ at: 49_999, wireMs: 1 });
  });
});
