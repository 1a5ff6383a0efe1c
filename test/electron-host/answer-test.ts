/** A function of a test, to be run beside the app. */
type Question = { readonly id: number; readonly source: string; readonly argument: unknown };

/** Runs what the test sends with the stand-ins as its first argument, as Playwright does with Electron's modules. */
export function answerTest(electron: object): void {
  process.on('message', async ({ id, source, argument }: Question) => {
    try {
      const run = new Function(`return (${source});`)() as (electron: object, argument: unknown) => unknown;
      const value = await run(electron, argument);
      process.send?.({ kind: 'answer', id, ok: true, value: JSON.parse(JSON.stringify(value ?? null)) });
    } catch (thrown) {
      process.send?.({ kind: 'answer', id, ok: false, error: thrown instanceof Error ? thrown.stack : String(thrown) });
    }
  });
  // The test is gone: nobody will ever close us.
  process.on('disconnect', () => process.exit(1));
}
