import { expect, test } from 'vitest';
import type { CommandAnswer, CommandName } from '../../../src-main/contract/contract.ts';
import { serveCommand } from '../../../src-main/contract/serve.ts';
import { endedRun, openTestLine, plugAndScan } from '../../virtual-line/build-one.ts';

const SUPERVISOR = { user: 'lead@example.com', password: 'correct horse battery' };

async function openLine() {
  const line = await openTestLine({ platforms: ['boron'] });
  line.cloud.addUser({ username: SUPERVISOR.user, password: SUPERVISOR.password });
  for (const product of line.cloud.state.products.values()) product.team = [...product.team, SUPERVISOR.user];
  const [product] = line.cloud.state.products.values();
  if (product === undefined) throw new Error('The virtual line has no product.');
  const productId = product.id;
  /** As a screen asks: through the door, which knows no types. */
  const ask = async <Name extends CommandName>(name: Name, input: object): Promise<CommandAnswer<Name>> =>
    (await serveCommand(line.station, name, input)) as CommandAnswer<Name>;
  return { line, productId, ask };
}

test('a unit that was built is seen in the product, by the station’s own right', async () => {
  const { line, productId, ask } = await openLine();
  await using _ = line;
  await plugAndScan(line, '1');
  const { begun, ended } = await endedRun(line, '1');
  expect(ended?.outcome).toBe('PASS');
  const seen = await ask('productView', { section: 'devices', productId });
  expect(seen).toMatchObject({ ok: true, value: { rows: [{ standing: 'member' }], page: 1, totalPages: 1 } });
  expect(begun.recipe.productId).toBe(productId);
});

test('a change by a supervisor is in the station’s record under their name, and their token is nowhere', async () => {
  const { line, productId, ask } = await openLine();
  await using _ = line;
  expect(await ask('signIn', SUPERVISOR)).toMatchObject({ ok: true, value: { state: 'signed-in' } });
  const created = await ask('changeProduct', { action: 'create-group', productId, group: 'lab' });
  expect(created).toMatchObject({ ok: true, value: { said: expect.stringContaining('lab') } });
  const note = line.ports.audit.lastNote('product-changed');
  expect(note).toMatchObject({ action: 'create-group', by: SUPERVISOR.user, group: 'lab' });
  const tokens = [...line.cloud.state.tokens.values()].map(({ token }) => token);
  const told = JSON.stringify([note, created]);
  for (const secret of [...tokens, SUPERVISOR.password]) expect(told).not.toContain(secret);
});

test('the supervisor is signed out when the station closes', async () => {
  const { line, ask } = await openLine();
  await using _ = line;
  await ask('signIn', SUPERVISOR);
  const sessions = () => [...line.cloud.state.tokens.values()].filter(({ username }) => username === SUPERVISOR.user);
  expect(sessions()).toHaveLength(1);
  await line.station.close();
  expect(sessions()).toHaveLength(0);
});

test.each([
  ['a section there is not', 'productView', { section: 'secrets' }],
  ['a wish that belongs to another section', 'productView', { section: 'team', deviceId: 'e00fce680000000000000001' }],
  ['an action there is not', 'changeProduct', { action: 'explode' }],
  [
    'a confirmation that is not yes',
    'changeProduct',
    { action: 'deny', deviceId: 'e00fce680000000000000001', confirm: false },
  ],
  [
    'a file that is no base64',
    'changeProduct',
    { action: 'upload-firmware', version: 1, title: 'x', fileName: 'x', base64: '*' },
  ],
] as const)('the door refuses %s', async (_, name, input) => {
  const { line, productId, ask } = await openLine();
  await using _line = line;
  expect(await ask(name, { productId, ...input })).toMatchObject({ ok: false, failure: { code: 'request/invalid' } });
  expect(line.cloud.requests.list()).toEqual([]);
});

test('a refused password is not in the answer', async () => {
  const { line, ask } = await openLine();
  await using _ = line;
  const long = 'S3cret'.repeat(300);
  for (const password of ['Wr0ng-Secret', long]) {
    const answer = await ask('signIn', { user: SUPERVISOR.user, password });
    expect(answer.ok).toBe(false);
    expect(JSON.stringify(answer)).not.toContain(password);
  }
});
