import { describe, expect, test, vi } from 'vitest';
import { createHttpCloudAccounts } from '../../../src-main/adapters/cloud/cloud-accounts.http.ts';
import { SupervisorSession } from '../../../src-main/product-view/supervisor-session.ts';
import { I1, LEAD, M2, MFA_USER, PASSWORD, PRODUCT, type ProductBench, startProductBench } from './product-bench.ts';

const team = { section: 'team', productId: PRODUCT };

/** Tokens of people that the cloud still takes. */
function personTokens(bench: ProductBench): number {
  return [...bench.virtual.state.tokens.values()]
    .filter(({ username }) => username.endsWith('@example.com') && username !== '')
    .filter(({ scopes }) => scopes === 'everything').length;
}

describe('a supervisor', () => {
  test('signs in by password, and signing out revokes the token in the cloud', async () => {
    await using bench = await startProductBench();
    expect(await bench.call('signIn', { user: LEAD, password: PASSWORD })).toMatchObject({
      ok: true,
      value: { state: 'signed-in', user: LEAD, until: expect.stringMatching(/^20/) },
    });
    expect(personTokens(bench)).toBe(1);
    expect((await bench.call('productView', team)).ok).toBe(true);
    expect(await bench.call('signOut', {})).toEqual({ ok: true, value: { revoked: true } });
    expect(personTokens(bench)).toBe(0);
    expect(await bench.call('productView', team)).toMatchObject({ failure: { code: 'cloud/not-signed-in' } });
  });

  test('with a second factor is signed in only with the code', async () => {
    await using bench = await startProductBench();
    expect(await bench.call('signIn', { user: MFA_USER, password: PASSWORD })).toEqual({
      ok: true,
      value: { state: 'otp-wanted' },
    });
    expect(await bench.call('productView', team)).toMatchObject({ failure: { code: 'cloud/not-signed-in' } });
    expect(await bench.call('giveOtp', { code: bench.code() })).toMatchObject({ ok: true, value: { user: MFA_USER } });
    expect((await bench.see('team')).signedIn?.user).toBe(MFA_USER);
  });

  test('with a wrong code begins again, so that codes cannot be tried one after the other', async () => {
    await using bench = await startProductBench();
    await bench.call('signIn', { user: MFA_USER, password: PASSWORD });
    const wrong = bench.code() === '000000' ? '111111' : '000000';
    expect(await bench.call('giveOtp', { code: wrong })).toMatchObject({ failure: { code: 'cloud/otp-refused' } });
    expect(await bench.call('giveOtp', { code: bench.code() })).toMatchObject({
      failure: { code: 'cloud/not-signed-in' },
    });
  });

  test('with a wrong password is refused, and is asked for once only', async () => {
    await using bench = await startProductBench();
    const refused = await bench.call('signIn', { user: LEAD, password: 'Wr0ng-Secret' });
    expect(refused).toMatchObject({ ok: false, failure: { code: 'cloud/sign-in-refused' } });
    expect(JSON.stringify(refused)).not.toContain('Wr0ng-Secret');
    expect(bench.virtual.requests.counts().token?.requests).toBe(1);
  });

  test('takes the place of the one before, whose token is revoked', async () => {
    await using bench = await startProductBench();
    await bench.signIn();
    await bench.signIn();
    expect(personTokens(bench)).toBe(1);
  });

  test('is signed out when the desk closes', async () => {
    await using bench = await startProductBench();
    await bench.signIn();
    await bench.desk.close();
    expect(personTokens(bench)).toBe(0);
  });

  test('is signed out here although the cloud cannot be told', async () => {
    await using bench = await startProductBench();
    await bench.signIn();
    await bench.virtual.goOffline();
    expect(await bench.call('signOut', {})).toEqual({ ok: true, value: { revoked: false } });
    await bench.virtual.goOnline();
    expect(await bench.call('productView', team)).toMatchObject({ failure: { code: 'cloud/not-signed-in' } });
  });

  test('leaves no token, password or code in any answer or record', async () => {
    await using bench = await startProductBench();
    const answers = [
      await bench.call('signIn', { user: LEAD, password: PASSWORD }),
      await bench.call('productView', team),
      await bench.call('changeProduct', { action: 'unclaim', productId: PRODUCT, deviceId: M2, confirm: true }),
    ];
    const [token] = [...bench.virtual.state.tokens.values()].filter(({ scopes }) => scopes === 'everything');
    expect(token?.token).toHaveLength(40);
    const written = JSON.stringify([answers, bench.notes, bench.asked]);
    for (const secret of [token?.token ?? '', PASSWORD, bench.virtual.token]) expect(written).not.toContain(secret);
  });
});

test('a session that the cloud ended is over here as well, and the station goes on by its own right', async () => {
  await using bench = await startProductBench();
  await bench.signIn();
  const { tokens } = bench.virtual.state;
  for (const { token, username } of [...tokens.values()]) if (username === LEAD) tokens.delete(token);
  const devices = { section: 'devices', productId: PRODUCT };
  expect(await bench.call('productView', devices)).toMatchObject({
    ok: false,
    failure: { code: 'cloud/not-signed-in', detail: expect.stringContaining('over') },
  });
  const again = await bench.call('productView', devices);
  expect(again.ok && again.value.signedIn).toBeUndefined();
  expect(again.ok).toBe(true);
});

test('a station’s token that may do too much does not make an operator a supervisor', async () => {
  await using bench = await startProductBench();
  const own = bench.virtual.state.tokens.get(bench.virtual.token);
  if (own !== undefined) bench.virtual.state.tokens.set(own.token, { ...own, scopes: 'everything' });
  for (const change of [
    { action: 'release-firmware', version: 1, productDefault: true },
    { action: 'unclaim', deviceId: M2, confirm: true },
    { action: 'release-sim', iccid: I1, confirm: true },
  ]) {
    const answer = await bench.call('changeProduct', { productId: PRODUCT, ...change });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'cloud/not-signed-in' } });
  }
  expect(bench.asked).toEqual([]);
});

describe('a session', () => {
  const openWith = () => {
    throw new Error('not opened here');
  };
  const options = { signal: new AbortController().signal, timeoutMs: 5_000 };

  test('that lies unused ends, and its token is revoked', async () => {
    const revoked: string[] = [];
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const session = new SupervisorSession({
      openWith: () => ({}) as ReturnType<typeof openWith>,
      idleMs: 5,
      accounts: {
        signIn: async () => ({ kind: 'signed-in', token: 'T', expiresAt: '2999-01-01T00:00:00.000Z' }),
        giveOtp: openWith,
        revoke: async (token) => {
          revoked.push(token);
          resolve();
        },
      },
    });
    await session.signIn(LEAD, 'x', options);
    expect(session.use()?.signedIn.user).toBe(LEAD);
    // The idle clock does not keep a process alive, so this test has to.
    const awake = setInterval(() => undefined, 1000);
    await ended;
    clearInterval(awake);
    expect(session.use()).toBeUndefined();
    expect(revoked).toEqual(['T']);
  });

  test('ends when its token does', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-11-28T12:00:00Z'), toFake: ['Date'] });
    try {
      const session = new SupervisorSession({
        openWith: () => ({}) as ReturnType<typeof openWith>,
        accounts: {
          signIn: async () => ({ kind: 'signed-in', token: 'T', expiresAt: '2026-11-28T13:00:00.000Z' }),
          giveOtp: openWith,
          revoke: async () => undefined,
        },
      });
      await session.signIn(LEAD, 'x', options);
      vi.setSystemTime(Date.parse('2026-11-28T12:59:59Z'));
      expect(session.use()).toBeDefined();
      vi.setSystemTime(Date.parse('2026-11-28T13:00:00Z'));
      expect(session.use()).toBeUndefined();
      await session.signOut();
    } finally {
      vi.useRealTimers();
    }
  });

  test('that is begun twice at a time leaves one token, not two', async () => {
    const revoked = Promise.withResolvers<string>();
    const tokens = ['A', 'B'];
    const session = new SupervisorSession({
      openWith: () => ({}) as ReturnType<typeof openWith>,
      accounts: {
        signIn: async () => ({ kind: 'signed-in', token: tokens.shift() ?? '' }),
        giveOtp: openWith,
        revoke: async (token) => revoked.resolve(token),
      },
    });
    await Promise.all([session.signIn(LEAD, 'x', options), session.signIn(LEAD, 'x', options)]);
    expect(await revoked.promise).toBe('A');
    expect(session.use()).toBeDefined();
    await session.signOut();
  });

  test('takes a code only after a password', async () => {
    await using bench = await startProductBench();
    const session = new SupervisorSession({
      openWith,
      accounts: createHttpCloudAccounts({ baseUrl: bench.virtual.baseUrl, appVersion: '0.1.0' }),
    });
    await expect(session.giveOtp('123456', options)).rejects.toMatchObject({ code: 'cloud/not-signed-in' });
  });
});
