import { isGroupName } from '../../domain/group-name.ts';
import type { JsonObject } from '../../domain/json.ts';
import { type Answer, answer, notOk } from './answer.ts';
import type { GroupRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { addGroup, deleteGroup, ensureGroup, groupKey, groupsOf, renameGroup } from './device-groups.ts';
import { firmwareImpact } from './firmware-impact.ts';
import { textList } from './request-body.ts';
import type { ProductCall, Route } from './route.ts';

/** Groups of a product's devices (cloud-api.md 2.6). */
export const GROUP_ROUTES: readonly Route[] = [
  { name: 'list-groups', method: 'GET', under: /^\/groups$/, scope: 'groups:list', handle: listGroups },
  { name: 'create-group', method: 'POST', under: /^\/groups$/, scope: 'groups:create', handle: createGroup },
  { name: 'get-group', method: 'GET', under: /^\/groups\/([^/]+)$/, scope: 'groups:get', handle: getGroup },
  { name: 'update-group', method: 'PUT', under: /^\/groups\/([^/]+)$/, scope: 'groups:update', handle: updateGroup },
  { name: 'delete-group', method: 'DELETE', under: /^\/groups\/([^/]+)$/, scope: 'groups:remove', handle: removeGroup },
  { name: 'get-impact', method: 'GET', under: /^\/impact$/, scope: 'groups.impact:get', handle: getImpact },
];

/**
 * PUT /v1/products/:p/devices (2.6): adds devices to groups and takes them out of others; other groups stay. Groups that are not there are
 * made, and devices of other products are passed over (decisions of the virtual cloud, U10).
 */
export function batchGroups(call: ProductCall): Answer {
  const { state, product, fields } = call;
  if (fields.values.get('action') !== 'groups') return notOk(400, 'Unknown action');
  const metadata: unknown = fields.values.get('metadata');
  const listed = (key: string) =>
    typeof metadata === 'object' && metadata !== null ? textList(Reflect.get(metadata, key)) : [];
  const add = listed('add');
  const remove = listed('remove');
  const deviceIds = textList(fields.values.get('devices'));
  if (deviceIds.length === 0) return notOk(400, 'Provide devices');
  if (add.length + remove.length === 0) return notOk(400, 'Provide groups to add or remove');
  if (![...add, ...remove].every(isGroupName)) return notOk(400, 'Invalid group name');
  if (call.keepsNothing) return answer({ ok: true });
  for (const group of add) ensureGroup(state, product, group);
  for (const deviceId of deviceIds) {
    const device = state.devices.get(deviceId.toLowerCase());
    if (device?.productId !== product.id) continue;
    device.groups = [...new Set([...device.groups, ...add])].filter((group) => !remove.includes(group));
  }
  return answer({ ok: true });
}

function listGroups({ state, product, query }: ProductCall): Answer {
  const name = query.get('name')?.toLowerCase() ?? '';
  const found = groupsOf(state, product).filter((group) => group.name.includes(name));
  return answer({ groups: found.map((group) => groupRow(state, group)) });
}

function getGroup(call: ProductCall): Answer {
  const group = groupOf(call);
  return group === undefined ? GROUP_NOT_FOUND : answer({ group: groupDetail(call.state, group) });
}

/** The shape of the refusal of a second group of one name is UNVERIFIED (2.6). */
function createGroup(call: ProductCall): Answer {
  const { state, product, fields } = call;
  const name = fields.values.get('name');
  if (typeof name !== 'string' || !isGroupName(name)) return notOk(400, 'Invalid group name');
  const looks = looksOf(fields.values);
  if (looks === undefined) return notOk(400, 'Invalid description or color');
  if (state.groups.has(groupKey(product, name))) return notOk(409, 'Group already exists');
  if (call.keepsNothing) return answer({ group: { name, ...looks } }, 201);
  addGroup(state, product, { name, ...looks });
  const made = state.groups.get(groupKey(product, name));
  return made === undefined ? GROUP_NOT_FOUND : answer({ group: groupDetail(state, made) }, 201);
}

function updateGroup(call: ProductCall): Answer {
  const { state, product, fields } = call;
  const group = groupOf(call);
  if (group === undefined) return GROUP_NOT_FOUND;
  const name = fields.values.get('name') ?? group.name;
  const looks = looksOf(fields.values);
  if (!['name', 'color', 'description'].some((key) => fields.values.has(key))) return notOk(400, 'Nothing to update');
  if (typeof name !== 'string' || !isGroupName(name)) return notOk(400, 'Invalid group name');
  if (looks === undefined) return notOk(400, 'Invalid description or color');
  if (name !== group.name && state.groups.has(groupKey(product, name))) return notOk(409, 'Group already exists');
  if (call.keepsNothing) return answer({ group: { ...groupDetail(state, group), ...looks, name } });
  Object.assign(group, looks);
  if (name !== group.name) renameGroup(state, product, group, name);
  const changed = state.groups.get(groupKey(product, name)) ?? group;
  return answer({ group: groupDetail(state, changed) });
}

function removeGroup(call: ProductCall): Answer {
  const group = groupOf(call);
  if (group === undefined) return GROUP_NOT_FOUND;
  if (!call.keepsNothing) deleteGroup(call.state, group);
  return { status: 204 };
}

/** Which devices would change their firmware; the keys within `by_version` are UNVERIFIED (2.6). */
function getImpact({ state, product, query }: ProductCall): Answer {
  const version = Number(query.get('firmware_version'));
  const firmware = state.firmware.find((entry) => entry.productId === product.id && entry.version === version);
  if (query.get('action') !== 'edit_groups_for_firmware') return notOk(400, 'Unknown action');
  if (firmware === undefined) return notOk(404, 'Firmware version not found');
  const groups = query.get('groups')?.split(',').filter(Boolean) ?? [];
  const byVersion = firmwareImpact(state, firmware, groups, query.get('product_default') === 'true');
  const total = [...byVersion.values()].reduce((sum, count) => sum + count, 0);
  const rows = [...byVersion].map(([from, count]) => ({ version: from ?? null, total: count }));
  return answer({ firmware_update: { total, by_version: rows } });
}

const GROUP_NOT_FOUND = notOk(404, 'Group not found');

function groupOf({ state, product, item }: ProductCall): GroupRecord | undefined {
  return state.groups.get(groupKey(product, item));
}

/** The fields that are there and right; undefined when one is wrong. */
function looksOf(values: ReadonlyMap<string, unknown>): { description?: string; color?: string } | undefined {
  const description = values.get('description');
  const color = values.get('color');
  if (description !== undefined && typeof description !== 'string') return undefined;
  if (color !== undefined && (typeof color !== 'string' || !/^#[0-9a-f]{6}$/i.test(color))) return undefined;
  return { ...(description === undefined ? {} : { description }), ...(color === undefined ? {} : { color }) };
}

function groupRow(state: CloudState, group: GroupRecord): JsonObject {
  const released = state.firmware.filter(
    (entry) => entry.productId === group.productId && entry.groups.includes(group.name),
  );
  const { name, description, color } = group;
  return {
    name,
    description,
    color,
    ...(released.length === 0 ? {} : { fw_version: Math.max(...released.map(({ version }) => version)) }),
  };
}

function groupDetail(state: CloudState, group: GroupRecord): JsonObject {
  let devices = 0;
  for (const { productId, groups } of state.devices.values()) {
    if (productId === group.productId && groups.includes(group.name)) devices += 1;
  }
  return { fw_version: null, ...groupRow(state, group), device_count: devices };
}
