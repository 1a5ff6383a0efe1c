import { join } from 'node:path';
import { startInHost } from '../../test/electron-host/open-app.ts';

/** What keeps the unpacked tree of a packed app from opening its window, with a line in it, in the host harness. */
export async function checkWindow(app: string): Promise<readonly string[]> {
  const args = ['--virtual', 'boron', '--scale', '0.05', '--data', join(app, '..', 'data')];
  const opened = startInHost(app, args);
  try {
    const page = await opened.firstWindow();
    await page.getByText('VIRTUAL LINE', { exact: true }).waitFor({ timeout: 20_000 });
    const errors = await opened.evaluate(({ evidence }) => evidence.pageErrors);
    return errors.map((error) => `the packed page complains: ${error}`);
  } catch (thrown) {
    return [`the packed app does not open its window: ${thrown} ${opened.output()}`];
  } finally {
    await opened.close();
  }
}
