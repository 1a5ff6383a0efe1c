import { expect, test } from 'vitest';
import { serveCommand } from '../../../src-main/contract/serve.ts';
import { createScriptedStation } from '../server/scripted-station.ts';

const SECRET = 'Q7XK2M9PLANTED5';

test.each([
  ['findRuns', {}],
  ['exportRuns', { format: 'csv' }],
])('the secret of a label pasted into the search of %s ends at the door', async (name, rest) => {
  const { station, calls } = createScriptedStation(() => ({ ok: true, value: [] }));
  await serveCommand(station, name, { ...rest, text: `P046AB1234567CD ${SECRET}`, batch: 'A-1' });
  expect(calls).toEqual([{ name, input: { ...rest, text: 'P046AB1234567CD', batch: 'A-1' } }]);
});

test('a refusal at the door does not repeat what was given', async () => {
  const { station, calls } = createScriptedStation(() => ({ ok: true, value: null }));
  for (const input of [
    { text: SECRET.repeat(400) },
    { text: [SECRET] },
    { text: 'x', slot: SECRET.repeat(9) },
    SECRET,
  ]) {
    const answer = await serveCommand(station, 'scan', input);
    expect(answer).toMatchObject({ ok: false, failure: { code: 'request/invalid' } });
    expect(JSON.stringify(answer)).not.toContain(SECRET);
  }
  expect(calls).toEqual([]);
});
