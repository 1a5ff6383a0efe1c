import type { AssetNeed } from '../../firmware/module-extensions.ts';
import { type AssetModule, readAssetModule } from './asset-module.ts';
import { KB } from './flash-chips.ts';
import type { FlashMemory } from './flash-memory.ts';

/** An asset that lies in the unit, whole. */
export type StoredAsset = AssetModule & {
  /** Length of the module it came in. */
  readonly storageBytes: number;
};

/**
 * The assets of a unit, in blocks of 4 KB of its flash with 8 bytes of book-keeping each (firmware-modules.md 3.7). Real units keep a
 * file system there; what it leaves after a power cut is the same: an asset that is not whole does not count.
 */
export class AssetStorage {
  readonly #flash: FlashMemory;
  readonly #area: AssetArea;

  constructor(flash: FlashMemory, area: AssetArea) {
    this.#flash = flash;
    this.#area = area;
  }

  /** The assets that are there and whole, by name. */
  list(): readonly StoredAsset[] {
    return this.#files()
      .flatMap(({ asset }) => asset ?? [])
      .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }

  /**
   * Stores the asset of a module, as Device OS does: what no application asks for goes first, then an older asset of that name, then it
   * is written. False when it is no whole asset module, when there is no room, or when power failed.
   */
  async store(module: Uint8Array, required: readonly AssetNeed[], power: AbortSignal): Promise<boolean> {
    const asset = readAssetModule(module);
    if (asset === undefined || module.length > this.#area.largestBytes) return false;
    const isRequired = (one: AssetModule): boolean =>
      required.some(({ name, sha256 }) => name === one.name && sha256 === one.sha256);
    for (const file of this.#files()) {
      if (file.asset === undefined || !isRequired(file.asset) || file.asset.name === asset.name) this.#remove(file);
    }
    const count = Math.ceil(module.length / DATA_BYTES);
    const free = this.#freeBlocks();
    if (free.length - RESERVED_BLOCKS < count) return false;
    const number = 1 + Math.max(0, ...this.#files().map((file) => file.number));
    for (const [order, address] of free.slice(0, count).entries()) {
      const data = module.subarray(order * DATA_BYTES, (order + 1) * DATA_BYTES);
      if (!(await this.#write(address, blockOf(number, order, data), power))) return false;
    }
    return true;
  }

  /** As the factory did, without its time. */
  load(module: Uint8Array): void {
    const free = this.#freeBlocks();
    const number = 1 + Math.max(0, ...this.#files().map((file) => file.number));
    for (let order = 0; order * DATA_BYTES < module.length; order++) {
      const address = free[order];
      if (address === undefined) throw new RangeError('There is no room for that asset.');
      this.#flash.load(address, blockOf(number, order, module.subarray(order * DATA_BYTES, (order + 1) * DATA_BYTES)));
    }
  }

  #files(): readonly StoredFile[] {
    const blocks = new Map<number, { order: number; address: number; used: number }[]>();
    for (const address of this.#addresses()) {
      const header = this.#headerAt(address);
      if (header === undefined) continue;
      const file = blocks.get(header.number) ?? [];
      file.push({ ...header, address });
      blocks.set(header.number, file);
    }
    return [...blocks].map(([number, found]) => {
      const inOrder = found.toSorted((one, other) => one.order - other.order);
      const parts = inOrder.map(({ address, used }) => this.#flash.read(address + HEADER_BYTES, used) ?? NOTHING);
      const module = Uint8Array.from(Buffer.concat(parts));
      const asset = readAssetModule(module);
      return {
        number,
        blocks: inOrder.map(({ address }) => address),
        asset: asset === undefined ? undefined : { ...asset, storageBytes: module.length },
      };
    });
  }

  #headerAt(address: number): { number: number; order: number; used: number } | undefined {
    const bytes = this.#flash.read(address, HEADER_BYTES);
    if (bytes === undefined) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const used = view.getUint16(6, true);
    if (view.getUint16(0, true) !== MAGIC || used > DATA_BYTES) return undefined;
    return { number: view.getUint16(2, true), order: view.getUint16(4, true), used };
  }

  #freeBlocks(): readonly number[] {
    return this.#addresses().filter((address) => this.#headerAt(address) === undefined);
  }

  #addresses(): readonly number[] {
    const { address, sizeBytes } = this.#area;
    return Array.from({ length: sizeBytes / BLOCK_BYTES }, (_, block) => address + block * BLOCK_BYTES);
  }

  /** Clearing the mark needs no erase, so it is done at once. */
  #remove(file: StoredFile): void {
    for (const address of file.blocks) this.#flash.load(address, new Uint8Array(HEADER_BYTES));
  }

  async #write(address: number, block: Uint8Array, power: AbortSignal): Promise<boolean> {
    const isBlank = this.#flash.read(address, BLOCK_BYTES)?.every((byte) => byte === 0xff) === true;
    if (!isBlank && !(await this.#flash.erase(address, power))) return false;
    return this.#flash.program(address, block, power);
  }
}

type AssetArea = { readonly address: number; readonly sizeBytes: number; readonly largestBytes: number };

type StoredFile = {
  readonly number: number;
  readonly blocks: readonly number[];
  readonly asset: StoredAsset | undefined;
};

const BLOCK_BYTES = 4 * KB;
const HEADER_BYTES = 8;
const DATA_BYTES = BLOCK_BYTES - HEADER_BYTES;
/** Blocks a real file system keeps for itself (firmware-modules.md 3.7). */
const RESERVED_BLOCKS = 10;
const MAGIC = 0x5341;
const NOTHING = new Uint8Array(0);

function blockOf(number: number, order: number, data: Uint8Array): Uint8Array {
  const block = new Uint8Array(HEADER_BYTES + data.length);
  const view = new DataView(block.buffer);
  view.setUint16(0, MAGIC, true);
  view.setUint16(2, number, true);
  view.setUint16(4, order, true);
  view.setUint16(6, data.length, true);
  block.set(data, HEADER_BYTES);
  return block;
}
