import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupNamesFor } from '../../../src-main/domain/cloud-policy.ts';
import { groupNameOf, isGroupName } from '../../../src-main/domain/group-name.ts';
import { codeOf, loadedFrom, set, smallRelease } from './recipe-folder.ts';

const boron = smallRelease('boron', '6.2.0');

describe('what a recipe wants of the cloud', () => {
  test('is today’s behaviour where it says nothing: a long wait, and nothing is left for later', async () => {
    expect((await loadedFrom(boron)).cloud).toEqual({ waitMs: 100_000, finishLater: false });
  });

  test('is taken as it is written, and nothing is added to it', async () => {
    const cloud = {
      waitMs: 0,
      finishLater: true,
      claimUser: 'line@example.com',
      name: 'serial-number',
      groups: ['line-2', 'lot-{batch}'],
      online: { withinHours: 72 },
    };
    expect((await loadedFrom(boron, set('cloud', cloud))).cloud).toEqual(cloud);
    const bare = { waitMs: 120_000, finishLater: false };
    expect((await loadedFrom(boron, set('cloud', bare))).cloud).toEqual(bare);
  });

  test.each([
    ['a misspelt wish', { finnishLater: true }],
    ['a wait longer than a step may take', { waitMs: 120_001 }],
    ['a wait below nothing', { waitMs: -1 }],
    ['no word on what happens later', { finishLater: undefined }],
    ['a user who is no e-mail address', { claimUser: 'line' }],
    ['a name of its own invention', { name: 'device-id' }],
    ['a group name the cloud would refuse', { groups: ['Big Group'] }],
    ['a placeholder nobody fills', { groups: ['lot-{lot}'] }],
    ['an empty list of groups', { groups: [] }],
    ['an hour that never ends', { online: { withinHours: 721 } }],
    ['no hour at all', { online: { withinHours: 0 } }],
  ])('is refused with %s', async (_, wish) => {
    const cloud = { waitMs: 0, finishLater: true, ...wish };
    expect(await codeOf(boron, set('cloud', cloud))).toBe('recipe/invalid');
  });
});

describe('the groups of a batch', () => {
  test.each([
    ['Lot 7/B', ['line-2', 'lot-lot-7-b']],
    ['2026-11-28', ['line-2', 'lot-2026-11-28']],
    ['Übung', ['line-2', 'lot-ubung']],
    ['批次7', ['line-2', 'lot-u6279-u6b21-7']],
  ])('%s are legal names', (batch, names) => {
    expect(groupNamesFor({ groups: ['line-2', 'lot-{batch}', 'line-2'] }, batch)).toEqual(names);
  });

  test('a batch that leaves nothing of a name leaves the group out', () => {
    expect(groupNamesFor({ groups: ['{batch}', 'a'] }, '///')).toEqual(['a']);
    expect(groupNamesFor({}, 'x')).toEqual([]);
  });

  test('whatever a batch is called, its group is a legal name, and a legal name stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (text) => {
        const name = groupNameOf(text);
        expect(name === '' || isGroupName(name)).toBe(true);
        expect(groupNameOf(name)).toBe(name);
      }),
    );
  });

  test('two long batches that differ at the end only stay two groups', () => {
    const [one, other] = ['A', 'B'].map((end) => groupNameOf(`lot ${'x'.repeat(70)}${end}`));
    expect(one).not.toBe(other);
    expect(one).toHaveLength(64);
  });
});
