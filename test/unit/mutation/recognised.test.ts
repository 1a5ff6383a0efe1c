import { describe, expect, it } from 'vitest';
import { repair } from '../../../scripts/soak/mutation/repair.ts';
import { collectSpecimens, type Specimen } from '../../../scripts/soak/mutation/specimens.ts';
import { loadWith } from '../../../scripts/soak/mutation/station-door.ts';
import type { FailureCode } from '../../../src-main/domain/failure-codes.ts';

/** What the mutations found the station to accept and a unit to refuse; each with hash and CRC right. */
const FOUND: readonly {
  readonly story: string;
  readonly name: RegExp;
  readonly change: (bytes: Uint8Array, specimen: Specimen) => void;
  readonly code: FailureCode;
}[] = [
  {
    story: 'an nRF52 application for another processor of the unit',
    name: /^boron-application.*6\.2\.0/,
    change: (bytes) => bytes.set([0x21], 8),
    code: 'firmware/unsupported',
  },
  {
    story: 'an RTL872x system part for another processor of the unit',
    name: /^p2-system-part1@6\.2\.0/,
    change: (bytes) => bytes.set([1], 8),
    code: 'firmware/unsupported',
  },
  {
    story: 'co-processor firmware for the main processor',
    name: /^argon-ncp/,
    change: (bytes) => bytes.set([0], 8),
    code: 'firmware/unsupported',
  },
  {
    story: 'co-processor firmware with another index',
    name: /^tracker-ncp/,
    change: (bytes) => bytes.set([1], 15),
    code: 'firmware/wrong-location',
  },
  {
    story: 'co-processor firmware from another address than 0',
    name: /^argon-ncp/,
    change: (bytes) => {
      const view = new DataView(bytes.buffer);
      view.setUint32(0, 4, true);
      view.setUint32(4, view.getUint32(4, true) + 4, true);
    },
    code: 'firmware/wrong-location',
  },
  {
    story: 'an RTL872x application whose suffix begins with another entry',
    name: /^p2-application.*6\.2\.0/,
    change: (bytes) => bytes.set([1], bytes.length - 66),
    code: 'firmware/not-a-module',
  },
  {
    story: 'an RTL872x application whose suffix begins with an unknown entry',
    name: /^msom-application.*6\.2\.0/,
    change: (bytes) => bytes.set([0x99], bytes.length - 66),
    code: 'firmware/wrong-location',
  },
  {
    story: 'an RTL872x application whose dynamic location is another address',
    name: /^trackerm-application.*6\.2\.0/,
    change: (bytes) => bytes.set([0x10], bytes.length - 61),
    code: 'firmware/wrong-location',
  },
  {
    story: 'a bootloader with the header of another module where a unit looks first',
    name: /^bsom-bootloader@6\.2\.0/,
    change: (bytes, { release }) => bytes.set(release.application.bytes.subarray(0, 24), 0),
    code: 'firmware/not-a-module',
  },
  {
    story: 'an application that depends on an asset as if it were a module',
    name: /^b5som-application.*5\.9\.0/,
    change: (bytes) => bytes.set([9, 0, 0, 0], 20),
    code: 'firmware/unsupported',
  },
];

const SPECIMENS = collectSpecimens([0]);

describe('a recipe does not take what the unit would refuse', () => {
  it.each(FOUND)('$story', async ({ name, change, code }) => {
    const specimen = SPECIMENS.find((one) => name.test(one.name));
    if (specimen === undefined) throw new Error(`There is no specimen ${name}.`);
    expect(await loadWith(specimen, specimen.bytes)).toMatchObject({ ok: true });
    const bytes = Uint8Array.from(specimen.bytes);
    change(bytes, specimen);
    repair(bytes, specimen.prefixOffset, 'both');
    expect(await loadWith(specimen, bytes)).toMatchObject({ ok: false, failure: { code } });
  });
});
