import { describe, expect, test } from 'vitest';
import { cloudRights } from '../../../src-main/adapters/cloud/cloud-rights.http.ts';
import { createCloudSender } from '../../../src-main/adapters/cloud/cloud-sender.ts';
import { NO_CLOUD_POLICY } from '../../../src-main/domain/cloud-policy.ts';
import { CLOUD_SCOPES, type CloudScope, scopesFor } from '../../../src-main/domain/cloud-scope.ts';
import { sendJson, startAnsweringServer } from './answering-server.ts';
import { errorOf, PRODUCT, startCloudBench, within } from './cloud-bench.ts';

const ALL = Object.keys(CLOUD_SCOPES) as CloudScope[];

function rightsAt(baseUrl: string, token = 'token-of-a-test') {
  return cloudRights(
    createCloudSender({
      baseUrl,
      token: async () => token,
      appVersion: '1',
      pace: { firstWaitMs: 1, longestWaitMs: 2 },
    }),
  );
}

describe('the rights of a token', () => {
  test('are all found where it has them all, and nothing is changed by asking', async () => {
    await using bench = await startCloudBench();
    const before = JSON.stringify(await bench.cloud.listDevices(PRODUCT, { page: 1, perPage: 100 }, bench.options));
    const token = bench.virtual.addToken({ scopes: ALL });
    const { rights } = await rightsAt(bench.virtual.baseUrl, token).check(PRODUCT, ALL, within(20_000));
    expect(rights.map(({ scope, state }) => [scope, state])).toEqual(ALL.map((scope) => [scope, 'granted']));
    expect(JSON.stringify(await bench.cloud.listDevices(PRODUCT, { page: 1, perPage: 100 }, bench.options))).toBe(
      before,
    );
  });

  test.each(ALL.filter((scope) => scope !== 'products:get'))(
    '%s alone is missing where it alone is, with its sentence',
    async (missing) => {
      await using bench = await startCloudBench();
      const token = bench.virtual.addToken({ scopes: ALL.filter((scope) => scope !== missing) });
      const { rights } = await rightsAt(bench.virtual.baseUrl, token).check(PRODUCT, ALL, within(20_000));
      const lacking = rights.filter(({ state }) => state !== 'granted');
      expect(lacking).toMatchObject([{ scope: missing, state: 'missing', failure: { code: 'cloud/permission' } }]);
      expect(lacking[0]?.sentence).toBe(`The token lacks the right ${missing}: without it ${CLOUD_SCOPES[missing]}.`);
    },
  );

  test('are asked for at once', async () => {
    const open: (() => void)[] = [];
    await using cloud = await startAnsweringServer((response) => {
      open.push(() => sendJson(response, 200, { ok: true }));
      if (open.length === ALL.length + 3) for (const answer of open) answer();
    });
    expect((await rightsAt(cloud.baseUrl).check(1, ALL, within(20_000))).rights).toHaveLength(ALL.length);
  });

  test('of a token that is none are not listed: the token is the fault', async () => {
    await using bench = await startCloudBench();
    const error = await errorOf(rightsAt(bench.virtual.baseUrl, 'no-such-token').check(PRODUCT, ALL, within(20_000)));
    expect(error.code).toBe('cloud/permission');
    expect(error.evidence?.status).toBe(401);
  });

  test('in a product there is not are not found', async () => {
    await using cloud = await startAnsweringServer((response) =>
      sendJson(response, 404, { ok: false, error: 'Product not found.' }),
    );
    expect((await errorOf(rightsAt(cloud.baseUrl).check(1, ALL, within(20_000)))).code).toBe('cloud/not-found');
  });

  test('that could not be found out are unknown, and say why', async () => {
    await using cloud = await startAnsweringServer((response, { method, url }) =>
      method === 'POST' && url.endsWith('/sims') ? sendJson(response, 500, {}) : sendJson(response, 200, {}),
    );
    const { rights } = await rightsAt(cloud.baseUrl).check(1, ALL, within(20_000));
    expect(rights.filter(({ state }) => state === 'unknown')).toMatchObject([
      {
        scope: 'sims:import',
        sentence: expect.stringContaining('could not be found out'),
        failure: { code: 'cloud/server-error' },
      },
    ]);
  });

  test('behind a portal are the portal', async () => {
    await using portal = await startAnsweringServer((response) => response.end('<html><title>WiFi</title></html>'));
    expect((await errorOf(rightsAt(portal.baseUrl).check(1, ALL, within(20_000)))).code).toBe('network/sign-in-page');
  });

  test("of a person's token are too many", async () => {
    await using bench = await startCloudBench();
    const ofStation = bench.virtual.addToken({ scopes: ALL });
    expect((await rightsAt(bench.virtual.baseUrl, ofStation).check(PRODUCT, ALL, within(20_000))).warnings).toEqual([]);
    const ofPerson = bench.virtual.addToken({ scopes: 'everything' });
    const { warnings } = await rightsAt(bench.virtual.baseUrl, ofPerson).check(PRODUCT, ALL, within(20_000));
    expect(warnings).toEqual([expect.stringContaining('may do all that person may')]);
  });
});

describe('what a station needs', () => {
  test('is seven rights, and one more for each thing more its recipes want', () => {
    expect(scopesFor([NO_CLOUD_POLICY])).toHaveLength(7);
    expect(scopesFor([NO_CLOUD_POLICY, { ...NO_CLOUD_POLICY, groups: ['{batch}'] }])).toContain('devices:update');
    expect(scopesFor([{ ...NO_CLOUD_POLICY, name: 'serial-number' }])).not.toContain('events:get');
    expect(scopesFor([{ ...NO_CLOUD_POLICY, online: { withinHours: 24 } }])).toContain('events:get');
  });
});
