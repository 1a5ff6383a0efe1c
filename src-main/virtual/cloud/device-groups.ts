import type { GroupRecord, ProductRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';

/** Where a group stands in the memory. */
export function groupKey(product: ProductRecord, name: string): string {
  return `${product.id}/${name}`;
}

/** The groups of a product, oldest first. */
export function groupsOf(state: CloudState, product: ProductRecord): GroupRecord[] {
  return [...state.groups.values()].filter(({ productId }) => productId === product.id);
}

/** Makes a group that is not there yet (cloud-api.md 2.5: unknown names are created on the fly). */
export function ensureGroup(state: CloudState, product: ProductRecord, name: string): void {
  if (!state.groups.has(groupKey(product, name))) addGroup(state, product, { name });
}

/** Makes a group; one of this name must not exist. */
export function addGroup(
  state: CloudState,
  product: ProductRecord,
  group: Pick<GroupRecord, 'name'> & Partial<GroupRecord>,
): void {
  const key = groupKey(product, group.name);
  state.groups.set(key, { description: '', color: '#34495e', ...group, productId: product.id });
}

/** Takes a group away; its devices leave it, and what was released to it is released to it no more (2.6). */
export function deleteGroup(state: CloudState, group: GroupRecord): void {
  renameGroupTo(state, group, undefined);
}

/** Gives a group another name, for its devices and releases too. */
export function renameGroup(state: CloudState, product: ProductRecord, group: GroupRecord, name: string): void {
  const { description, color } = group;
  renameGroupTo(state, group, name);
  addGroup(state, product, { name, description, color });
}

function renameGroupTo(state: CloudState, { productId, name }: GroupRecord, to: string | undefined): void {
  const renamed = (groups: readonly string[]) =>
    groups.flatMap((group) => (group !== name ? [group] : to === undefined ? [] : [to]));
  for (const device of state.devices.values()) {
    if (device.productId === productId && device.groups.includes(name)) device.groups = renamed(device.groups);
  }
  for (const firmware of state.firmware) {
    if (firmware.productId === productId && firmware.groups.includes(name)) firmware.groups = renamed(firmware.groups);
  }
  state.groups.delete(`${productId}/${name}`);
}
