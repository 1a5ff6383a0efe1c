import * as z from 'zod';
import { StationError } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { CloudGroup, CloudGroups, NewGroup } from '../../ports/cloud-groups.ts';
import { isUnknownHere } from './absent.ts';
import { badAnswer, boundedText, checkedAnswer, presentAnswer } from './checked-answer.ts';
import type { Received } from './cloud-request.ts';
import type { Send } from './cloud-sender.ts';
import { requireGroupName } from './group-name.ts';

/**
 * Groups of a product (cloud-api.md 2.6); rejections as in ports/cloud-groups.ts. The SDK has no call for any of it (4.2). Names are
 * checked before anything is sent, because they stand in paths.
 */
export function cloudGroups(send: Send): CloudGroups {
  const get: CloudGroups['get'] = async (productId, name, options) => {
    const path = groupPath(productId, name);
    const received = await send({ method: 'GET', path, isAbsence: isUnknownHere }, options);
    return received === undefined ? undefined : readGroup(name, received);
  };

  return {
    get,

    async list(productId, options) {
      const received = presentAnswer(await send({ method: 'GET', path: groupsPath(productId) }, options));
      return checkedAnswer(groupList, received).groups.map(cloudGroupOf);
    },

    async create(productId, group, options) {
      requireGroupName(group.name);
      const request = { method: 'POST', path: groupsPath(productId), body: bodyOf(group) } as const;
      try {
        return readGroup(group.name, presentAnswer(await send(request, options)));
      } catch (thrown) {
        // What the cloud says to a group that exists is UNVERIFIED (2.6): a group that is there is a success, whatever it said.
        if (!(thrown instanceof StationError) || !REFUSED.has(thrown.code)) throw thrown;
        const found = await get(productId, group.name, options).catch(() => undefined);
        if (found === undefined) throw thrown;
        return found;
      }
    },

    async edit(productId, name, change, options) {
      const path = groupPath(productId, name);
      if (change.name !== undefined) requireGroupName(change.name);
      const body = bodyOf(change);
      if (Object.keys(body).length === 0) throw new StationError('request/invalid', 'Say what is to be changed.');
      const received = await send({ method: 'PUT', path, body, isAbsence: isUnknownHere }, options);
      if (received !== undefined) return readGroup(change.name ?? name, received);
      // A rename whose first answer was lost finds the group under its new name.
      const renamed = change.name === undefined ? undefined : await get(productId, change.name, options);
      if (renamed !== undefined) return renamed;
      throw new StationError('cloud/not-found', `Product ${productId} has no group ${name}.`);
    },

    async delete(productId, name, options) {
      const path = groupPath(productId, name);
      await send({ method: 'DELETE', path, isAbsence: isUnknownHere, acceptsEmpty: true }, options);
    },

    async impact(productId, { version, groups, productDefault }, options) {
      groups.forEach(requireGroupName);
      const query = {
        action: 'edit_groups_for_firmware',
        firmware_version: version,
        groups: groups.length === 0 ? undefined : groups,
        product_default: productDefault,
      };
      const received = presentAnswer(
        await send({ method: 'GET', path: `/v1/products/${productId}/impact`, query }, options),
      );
      const { total, by_version: byVersion } = checkedAnswer(impactAnswer, received).firmware_update;
      return {
        total,
        byVersion: (byVersion ?? []).map((entry) => ({
          version: entry.version ?? undefined,
          devices: entry.total ?? entry.count ?? 0,
        })),
      };
    },
  };
}

const REFUSED: ReadonlySet<string> = new Set(['cloud/refused', 'cloud/bad-answer', 'cloud/permission']);

const groupAnswer = z.looseObject({
  name: boundedText(64),
  description: boundedText(2_000).nullish(),
  color: boundedText(20).nullish(),
  fw_version: z.number().nullish(),
  device_count: z.number().nullish(),
});

const groupList = z.looseObject({ groups: z.array(groupAnswer) });

/** What an entry of `by_version` is, the reference leaves open: a version, and a count by one of two names. */
const impactAnswer = z.looseObject({
  firmware_update: z.looseObject({
    total: z.number(),
    by_version: z
      .array(
        z.looseObject({
          version: z.number().nullish(),
          total: z.number().nullish(),
          count: z.number().nullish(),
        }),
      )
      .nullish(),
  }),
});

function readGroup(name: string, received: Received): CloudGroup {
  const group = cloudGroupOf(checkedAnswer(z.looseObject({ group: groupAnswer }), received).group);
  if (group.name !== name) throw badAnswer('it is about another group', received);
  return group;
}

function cloudGroupOf(group: z.infer<typeof groupAnswer>): CloudGroup {
  return {
    name: group.name,
    description: group.description ?? '',
    color: group.color ?? '',
    firmwareVersion: group.fw_version ?? undefined,
    deviceCount: group.device_count ?? undefined,
  };
}

function bodyOf({ name, description, color }: Partial<NewGroup>): JsonObject {
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(color === undefined ? {} : { color }),
  };
}

function groupsPath(productId: number): string {
  return `/v1/products/${productId}/groups`;
}

function groupPath(productId: number, name: string): string {
  requireGroupName(name);
  return `${groupsPath(productId)}/${name}`;
}
