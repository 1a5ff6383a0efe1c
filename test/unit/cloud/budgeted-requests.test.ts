import { expect, test } from 'vitest';
import { createCloudContact } from '../../../src-main/adapters/cloud/cloud-contact.ts';
import { createCloudSender } from '../../../src-main/adapters/cloud/cloud-sender.ts';
import { StationError } from '../../../src-main/domain/failure.ts';
import { sendJson, startAnsweringServer } from './answering-server.ts';
import { errorOf, within } from './cloud-bench.ts';
import { createFakeSteadyClock } from './fake-steady-clock.ts';

const ASK = { method: 'GET', path: '/v1/products/1' } as const;

function senderAt(baseUrl: string, contact: ReturnType<typeof createCloudContact>) {
  return createCloudSender({ baseUrl, token: async () => 'token', appVersion: '1', contact });
}

test('what the budget cannot give in time is not sent, and says how long it would have taken', async () => {
  await using cloud = await startAnsweringServer((response) => sendJson(response, 200, {}));
  const send = senderAt(cloud.baseUrl, createCloudContact({ requestsPer5Min: 10 }));
  await send(ASK, within(5_000));
  const error = await errorOf(send(ASK, within(5_000)));
  expect([error.code, error.evidence?.tries, cloud.asked.length]).toEqual(['cloud/rate-limited', 0, 1]);
  expect(error.evidence?.waitMs).toBeGreaterThan(30_000);
});

test('two clients of one contact share its budget', async () => {
  await using cloud = await startAnsweringServer((response) => sendJson(response, 200, {}));
  const contact = createCloudContact({ requestsPer5Min: 10 });
  await senderAt(cloud.baseUrl, contact)(ASK, within(5_000));
  const error = await errorOf(senderAt(cloud.baseUrl, contact)(ASK, within(5_000)));
  expect([error.code, cloud.asked.length]).toEqual(['cloud/rate-limited', 1]);
});

test('a 429 for one request keeps every other from being sent until its time is over', async () => {
  const clock = createFakeSteadyClock();
  await using cloud = await startAnsweringServer((response) =>
    cloud.asked.length === 1
      ? sendJson(response, 429, {}, { 'retry-after': '600' })
      : sendJson(response, 200, { ok: true }),
  );
  const contact = createCloudContact({ clock });
  const send = senderAt(cloud.baseUrl, contact);
  expect((await errorOf(send(ASK, within(5_000)))).code).toBe('cloud/rate-limited');
  const other = send({ method: 'GET', path: '/v1/products/1/sims' }, within(900_000));
  await clock.pass(599_000);
  expect([cloud.asked.length, contact.figures().waiting]).toEqual([1, 1]);
  await clock.pass(70_000); // with its jitter
  expect(await other).toMatchObject({ status: 200 });
  expect(contact.figures()).toMatchObject({
    sent: 2,
    rateLimited: 1,
    waiting: 0,
    byEndpoint: { 'get-product': 1, 'list-sims': 1 },
  });
});

test('a request that waits for the budget ends with the reason it is stopped for', async () => {
  await using cloud = await startAnsweringServer((response) => sendJson(response, 200, {}));
  const send = senderAt(cloud.baseUrl, createCloudContact({ requestsPer5Min: 10 }));
  await send(ASK, within(5_000));
  const stop = new AbortController();
  const waiting = errorOf(send(ASK, within(600_000, stop.signal)));
  const reason = new StationError('unit/unplugged', 'The unit is gone.');
  stop.abort(reason);
  expect(await waiting).toBe(reason);
});

test('work in the background is held back where the line is not', async () => {
  await using cloud = await startAnsweringServer((response) => sendJson(response, 200, {}));
  const send = senderAt(cloud.baseUrl, createCloudContact({ requestsPer5Min: 40 })); // four at once, two of them the line's
  const background = () => send(ASK, { ...within(1_000), priority: 'background' });
  await background();
  await background();
  expect((await errorOf(background())).code).toBe('cloud/rate-limited');
  await send(ASK, within(1_000));
  await send(ASK, within(1_000));
  expect(cloud.asked).toHaveLength(4);
});
