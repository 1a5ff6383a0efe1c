import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openIdentityBook } from '../../../src-main/adapters/identity/identity-book.sqlite.ts';
import { syncProduct } from '../../../src-main/identity/sync-product.ts';
import { D1, D2, D6, PRODUCT, startCloudBench } from '../cloud/cloud-bench.ts';
import { deviceOf, ProductOfUnits } from './product-of-units.ts';

function freshBook() {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-sync-'));
  const book = openIdentityBook(folder);
  onTestFinished(() => {
    book.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return book;
}

const setting = (product: ProductOfUnits) => ({
  cloud: product.cloud,
  productId: 1,
  signal: new AbortController().signal,
  perPage: 10,
  now: () => new Date(),
});

function productOf(count: number): ProductOfUnits {
  const product = new ProductOfUnits();
  for (let index = 0; index < count; index += 1) {
    const id = `e00fce68${index.toString(16).padStart(16, '0')}`;
    product.devices.set(id, deviceOf(id, { serialNumber: `P046AF145${String(index).padStart(6, '0')}` }));
  }
  return product;
}

it('takes the members of a product over HTTP, with serial numbers, and leaves out who is quarantined', async () => {
  await using bench = await startCloudBench();
  const book = freshBook();
  const result = await syncProduct(book, {
    cloud: bench.cloud,
    productId: PRODUCT,
    signal: bench.options.signal,
    now: () => new Date(),
  });
  expect(result.contradictions).toEqual([]);
  expect(book.find('serialNumber', 'P046AF1450000FD')?.identifiers.deviceId).toBe(D2);
  expect(book.find('deviceId', D1)).toBeUndefined();
  expect(book.find('deviceId', D6)).toBeUndefined();
});

it('goes on at the page it had come to', async () => {
  const product = productOf(55);
  product.breakAt('listDevices', 3, false);
  const book = freshBook();
  await expect(syncProduct(book, setting(product))).rejects.toMatchObject({ code: 'cloud/unreachable' });
  expect(book.count().units).toBe(30);
  product.requests.length = 0;
  const result = await syncProduct(book, setting(product));
  expect(result).toMatchObject({ isResumed: true, added: 25 });
  expect(product.requests).toEqual(['listDevices 4', 'listDevices 5', 'listDevices 6', 'listDevices 1']);
  expect(book.count().units).toBe(55);
  expect(book.syncState(1)).toBeUndefined();
});

it('misses no unit that moves to the front of the list while it is read', async () => {
  const product = productOf(30);
  const book = freshBook();
  const cloud = {
    ...product.cloud,
    listDevices: async (...given: Parameters<typeof product.cloud.listDevices>) => {
      const page = await product.cloud.listDevices(...given);
      if (product.requests.length === 1) moveToFront(product, 25);
      return page;
    },
  };
  await syncProduct(book, { ...setting(product), cloud });
  expect(book.count().units).toBe(30);
});

function moveToFront(product: ProductOfUnits, index: number): void {
  const all = [...product.devices];
  const [moved] = all.splice(index, 1);
  product.devices.clear();
  for (const [id, device] of moved === undefined ? all : [moved, ...all]) product.devices.set(id, device);
}
