import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { CloudRequest } from '../../../src-main/adapters/cloud/cloud-request.ts';
import { createCloudSender } from '../../../src-main/adapters/cloud/cloud-sender.ts';
import { type AnsweringServer, sendJson, startAnsweringServer } from './answering-server.ts';
import { errorOf, within } from './cloud-bench.ts';

const TOKEN = 'planted0token0planted0token0planted0toke';

function ask(server: { readonly baseUrl: string }, request: CloudRequest, timeoutMs = 20_000) {
  const send = createCloudSender({
    baseUrl: server.baseUrl,
    token: async () => TOKEN,
    appVersion: '0.1.0',
    pace: { firstWaitMs: 1, longestWaitMs: 4 },
  });
  return send(request, within(timeoutMs));
}

/** Answers with the statuses in turn, the last one for ever. */
function answering(...answers: readonly (readonly [status: number, body: string])[]): Promise<AnsweringServer> {
  let next = 0;
  return startAnsweringServer((response) => {
    const [status, body] = answers[Math.min(next, answers.length - 1)] ?? [200, '{}'];
    next += 1;
    response.writeHead(status).end(body);
  });
}

async function goneServer(): Promise<{ readonly baseUrl: string }> {
  await using server = await answering([200, '{}']);
  return { baseUrl: server.baseUrl };
}

describe('what is sent', () => {
  test('a form is sent as a form, and nobody sends no token', async () => {
    await using server = await answering([200, '{}']);
    await ask(server, {
      method: 'POST',
      path: '/oauth/token',
      as: 'nobody',
      form: { username: 'a@b', password: 'x & y' },
    });
    const [asked] = server.asked;
    expect(asked?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(asked?.body).toBe('username=a%40b&password=x+%26+y');
    expect(asked?.headers.authorization).toBeUndefined();
  });

  test('a client is sent as HTTP Basic', async () => {
    await using server = await answering([200, '{}']);
    await ask(server, { method: 'POST', path: '/oauth/token', as: { clientId: 'one', clientSecret: 'two' }, form: {} });
    expect(server.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('one:two').toString('base64')}`);
  });

  test('a file is sent under its names, again in full when it is sent again', async () => {
    await using server = await answering([503, '{}'], [200, '{}']);
    const multipart = new FormData();
    multipart.append('file', new Blob(['1\n2\n'], { type: 'text/plain' }), 'ids.txt');
    multipart.append('import_sims', 'true');
    await ask(server, { method: 'POST', path: '/v1/products/1/devices', multipart });
    expect(server.asked).toHaveLength(2);
    for (const { headers, body } of server.asked) {
      expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
      expect(body).toContain('name="file"; filename="ids.txt"');
      expect(body).toContain('1\n2\n');
      expect(body).toContain('name="import_sims"');
    }
  });

  test('a query is encoded, its lists joined and its undefined members left out', async () => {
    await using server = await answering([200, '{}']);
    const query = { perPage: 1, groups: ['a', 'b'], deviceName: 'x & y', serialNumber: undefined, quarantined: true };
    await ask(server, { method: 'GET', path: '/v1/products/1/devices', query });
    expect(server.asked[0]?.url).toBe(
      '/v1/products/1/devices?perPage=1&groups=a%2Cb&deviceName=x+%26+y&quarantined=true',
    );
  });

  test.each(['PUT', 'DELETE'] as const)('%s carries JSON', async (method) => {
    await using server = await answering([200, '{}']);
    await ask(server, { method, path: '/v1/products/1/devices/x', body: { deny: true } });
    expect(server.asked[0]).toMatchObject({ method, body: '{"deny":true}' });
  });
});

describe('an empty answer', () => {
  test('with 204 is always a success', async () => {
    await using server = await answering([204, '']);
    expect(await ask(server, { method: 'DELETE', path: '/v1/x' })).toMatchObject({ status: 204, json: {} });
  });

  test.each([200, 202])('with %i is a success only where the request says so', async (status) => {
    await using server = await answering([status, '']);
    expect(await ask(server, { method: 'DELETE', path: '/v1/x', acceptsEmpty: true })).toMatchObject({
      status,
      json: {},
    });
    expect((await errorOf(ask(server, { method: 'DELETE', path: '/v1/x' }))).code).toBe('cloud/bad-answer');
  });

  test('is what HEAD gives', async () => {
    await using server = await answering([200, '']);
    expect(await ask(server, { method: 'HEAD', path: '/v1/sims/1' })).toMatchObject({ status: 200, json: {} });
  });
});

describe('a request that must not take effect twice', () => {
  test('is not sent again after a fault that may have come behind its effect', async () => {
    await using server = await answering([502, '<html></html>']);
    const error = await errorOf(ask(server, { method: 'POST', path: '/v1/x', isIdempotent: false }));
    expect([error.code, error.evidence?.tries]).toEqual(['cloud/server-error', 1]);
  });

  test('is not sent again when the connection was cut', async () => {
    await using server = await startAnsweringServer((response) => response.destroy());
    const error = await errorOf(ask(server, { method: 'POST', path: '/v1/x', isIdempotent: false }));
    expect([error.code, error.evidence?.tries]).toEqual(['cloud/unreachable', 1]);
  });

  test('is sent again when it reached nobody', async () => {
    const gone = await goneServer();
    const error = await errorOf(ask(gone, { method: 'POST', path: '/v1/x', isIdempotent: false }));
    expect([error.code, error.evidence?.tries]).toEqual(['cloud/unreachable', 5]);
  });

  test('is not called refused when its time ran out in a second try, whatever the first was told', async () => {
    let asked = 0;
    await using server = await startAnsweringServer((response) => {
      asked += 1;
      if (asked === 1) sendJson(response, 429, { error: 'too_many_requests' }, { 'retry-after': '0' });
    });
    const request: CloudRequest = { method: 'POST', path: '/v1/x', isIdempotent: false };
    const error = await errorOf(ask(server, request, 400));
    expect(asked).toBe(2);
    expect([error.code, error.evidence?.tries]).toEqual(['cloud/timeout', 2]);
  });

  test('is sent as often as it says and no more', async () => {
    const gone = await goneServer();
    const error = await errorOf(ask(gone, { method: 'POST', path: '/v1/x', maxTries: 1 }));
    expect(error.evidence?.tries).toBe(1);
  });
});

test('a refusal that the request calls its answer is given with its status', async () => {
  await using server = await answering([403, '{"error":"mfa_required","mfa_token":"m"}']);
  const request: CloudRequest = {
    method: 'POST',
    path: '/oauth/token',
    form: {},
    isAnswer: (status) => status === 403,
  };
  expect(await ask(server, request)).toMatchObject({ status: 403, json: { mfa_token: 'm' } });
});

describe('a secret of the request', () => {
  const PASSWORD = 'pass "word" <&> ü 100%';

  test.each([
    ['as it is', (text: string) => text],
    ['as in a URL', encodeURIComponent],
    ['as in a form', (text: string) => new URLSearchParams({ p: text }).toString()],
    ['as Basic', (text: string) => Buffer.from(`client:${text}`).toString('base64')],
  ])('is in no error, echoed %s', async (_how, echo) => {
    for (const before of [0, 270, 290]) {
      await using server = await startAnsweringServer((response) => {
        sendJson(
          response,
          400,
          { error: `${'x'.repeat(before)}${echo(PASSWORD)}` },
          { 'x-request-id': encodeURIComponent(PASSWORD) },
        );
      });
      const as = { clientId: 'client', clientSecret: PASSWORD };
      const error = await errorOf(ask(server, { method: 'POST', path: '/x', form: {}, as, secrets: [PASSWORD] }));
      const said = inspect(error, { depth: 12, showHidden: true });
      expect(said).not.toContain('word');
      expect(said).not.toContain(echo(PASSWORD).slice(0, 30));
    }
  });

  test('that is a word of every answer spoils none', async () => {
    await using server = await answering([200, '{"access_token":"abc","expires_in":3600}'], [400, '{"error":"nope"}']);
    const request: CloudRequest = { method: 'POST', path: '/x', form: {}, secrets: ['access_token', 'error', '36'] };
    expect(await ask(server, request)).toMatchObject({ json: { access_token: 'abc', expires_in: 3600 } });
    expect((await errorOf(ask(server, request))).code).toBe('cloud/refused');
  });
});
