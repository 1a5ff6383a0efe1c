import { expect, test } from 'vitest';
import { createCloudContact } from '../../../src-main/adapters/cloud/cloud-contact.ts';
import { createDirectNetwork } from '../../../src-main/adapters/network/network.ts';
import { type CloudPolicy, NO_CLOUD_POLICY } from '../../../src-main/domain/cloud-policy.ts';
import { rightsAtStart } from '../../../src-main/rights-at-start.ts';
import { sendJson, startAnsweringServer } from './answering-server.ts';
import { PRODUCT, startCloudBench } from './cloud-bench.ts';

const SCOPES = [
  'products:get',
  'devices:import',
  'devices:get',
  'devices:list',
  'sims:import',
  'sims:get',
  'sims:list',
];

function start(baseUrl: string, token: string, cloud: CloudPolicy = NO_CLOUD_POLICY) {
  const network = createDirectNetwork();
  const settings = { baseUrl, token: async () => token, appVersion: '1', network, contact: createCloudContact() };
  return rightsAtStart({ settings, close: network.close }, [{ productId: PRODUCT, cloud }]);
}

test('a station whose token has what its recipes need starts', async () => {
  await using bench = await startCloudBench({ clockSpeed: 1 });
  const { failure, note } = await start(bench.virtual.baseUrl, bench.virtual.addToken({ scopes: SCOPES }));
  expect(failure).toBeUndefined();
  expect(note).toMatchObject({ isClockWrong: false, products: [{ productId: PRODUCT, lacking: [], unknown: [] }] });
});

test('a station whose recipes want groups does not start without the right to make them, and says so', async () => {
  await using bench = await startCloudBench();
  const groups = { ...NO_CLOUD_POLICY, groups: ['{batch}'] };
  const { failure } = await start(bench.virtual.baseUrl, bench.virtual.addToken({ scopes: SCOPES }), groups);
  expect(failure).toMatchObject({
    code: 'cloud/rights-missing',
    detail: `Product ${PRODUCT}: The token lacks the right devices:update: without it no unit can be named or put into a group.`,
  });
});

test('a station starts without its cloud, and notes that it did', async () => {
  const { failure, note } = await start('http://127.0.0.1:1', 'a-token-of-a-test');
  expect(failure).toBeUndefined();
  expect(note).toMatchObject({ products: [{ unknown: [expect.stringContaining('[cloud/unreachable]')] }] });
});

test('a station notes that its clock is wrong', async () => {
  const date = new Date(Date.now() - 3_600_000).toUTCString();
  await using cloud = await startAnsweringServer((response) => sendJson(response, 200, {}, { date }));
  expect((await start(cloud.baseUrl, 'a-token-of-a-test')).note).toMatchObject({ isClockWrong: true });
});
