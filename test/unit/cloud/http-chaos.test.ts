import { describe, expect, test } from 'vitest';
import { StationError } from '../../../src-main/domain/failure.ts';
import { D1, D2, I7, OP, PRODUCT } from './cloud-bench.ts';
import { productBinary, startProductBench } from './product-bench.ts';

describe('with every fifth request going wrong', () => {
  test.each([1, 2, 3])('what is repeated until it is done is done once (seed %i)', async (seed) => {
    await using bench = await startProductBench({ clockSpeed: 0 });
    const { product, options, virtual } = bench;
    virtual.faults.setChaos({ seed, share: 0.2 });
    const bytes = productBinary({ version: 13 });
    const upload = { bytes, fileName: 'tank.bin', version: 13, title: 'Tank' };
    await done(() => bench.cloud.addDevices(PRODUCT, { identifiers: [D1, D2] }, options));
    await done(() => product.groups.create(PRODUCT, { name: 'pilot' }, options));
    await done(() => product.devices.change(PRODUCT, D2, { name: 'Tank 7', groups: ['pilot'] }, options));
    await done(() => product.firmware.upload(PRODUCT, upload, options));
    await done(() => product.devices.lock(PRODUCT, D2, { version: 13, flash: 'on-reset' }, options));
    bench.field.connects(D2, { version: 12, deviceOs: '6.2.0' });
    await done(() => product.firmware.release(PRODUCT, 13, { groups: ['pilot'] }, options));
    await done(() => product.sims.import(PRODUCT, [I7], {}, options));
    virtual.state.clock.advance(3_000);
    await done(() => product.devices.claim(PRODUCT, D2, options));
    await done(() => product.devices.unclaim(PRODUCT, D2, options));
    await done(() => product.devices.remove(PRODUCT, D1, options));

    virtual.faults.clear();
    expect(await product.devices.detail(PRODUCT, D1, options)).toBeUndefined();
    const unit = { name: 'Tank 7', groups: ['pilot'], lockedVersion: 13, firmwareVersion: 13, owner: undefined };
    expect(await product.devices.detail(PRODUCT, D2, options)).toMatchObject(unit);
    expect(await product.firmware.list(PRODUCT, options)).toMatchObject([{ version: 13, groups: ['pilot'] }]);
    expect(Buffer.compare(await product.firmware.binary(PRODUCT, 13, options), bytes)).toBe(0);
    expect(await product.sims.detail(PRODUCT, I7, options)).toMatchObject({ state: 'active', activations: 1 });
    expect(virtual.state.devices.get(D2)?.owner).not.toBe(OP.username);
  });
});

/** Does it as a person would: again, until no error comes. */
async function done(change: () => Promise<unknown>): Promise<void> {
  for (let times = 1; ; times += 1) {
    try {
      await change();
      return;
    } catch (thrown) {
      if (!(thrown instanceof StationError) || times === 20) throw thrown;
    }
  }
}
