import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createQuestions } from '../../../src-main/cli/ask-secret.ts';

/** A terminal of two streams: what is typed, and what shows. */
function terminal() {
  const keys = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => keys });
  const shown = new PassThrough();
  const text: string[] = [];
  shown.on('data', (chunk) => text.push(String(chunk)));
  return { keys, shown, screen: () => text.join('') };
}

test('a password typed at a terminal never shows on it', async () => {
  const { keys, shown, screen } = terminal();
  const questions = createQuestions(keys as unknown as NodeJS.ReadStream, shown);
  const asked = questions.secret('Password: ');
  keys.write('s3cret\r');
  expect(await asked).toBe('s3cret');
  expect(screen()).toBe('Password: \n');
  questions.close();
});

test('a question that is called off with Ctrl-C or the end of input is no answer', async () => {
  for (const key of ['\u0003', '\u0004']) {
    const { keys, shown } = terminal();
    const asked = createQuestions(keys as unknown as NodeJS.ReadStream, shown).secret('Password: ');
    keys.write(key);
    await expect(asked).rejects.toMatchObject({ code: 'run/aborted' });
  }
});

test('only yes is a yes', async () => {
  for (const [typed, isYes] of [
    ['yes', true],
    ['Y', true],
    ['no', false],
    ['', false],
    ['yess', false],
  ] as const) {
    const { keys, shown } = terminal();
    const asked = createQuestions(keys as unknown as NodeJS.ReadStream, shown).confirm('It costs money.');
    keys.write(`${typed}\r`);
    expect(await asked).toBe(isYes);
  }
});

test('what is no terminal gives one line for each answer, whatever its line ends, and says nothing', async () => {
  const input = new PassThrough();
  const { shown, screen } = terminal();
  const questions = createQuestions(input, shown);
  input.end(' pass word \r\n123456\n');
  expect(await questions.secret('Password: ')).toBe(' pass word ');
  expect(await questions.secret('Code: ')).toBe('123456');
  await expect(questions.secret('More: ')).rejects.toMatchObject({ code: 'request/invalid' });
  expect(await questions.confirm('Sure?')).toBe(false);
  expect(screen()).toBe('');
  questions.close();
});
