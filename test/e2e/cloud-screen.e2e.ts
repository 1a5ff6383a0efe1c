import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BuiltVirtualStation } from '../../src-main/build-virtual-station.ts';
import { createScriptedStation } from '../unit/server/scripted-station.ts';
import { type OpenScreen, openScreen, scan } from './open-screen.ts';
import { answerFromRecords, RECORDS } from './records.ts';
import { backlog, HELD, line, mixedSlots, NO_BACKLOG, rejectedInSlot, rejectedLater } from './scenes.ts';
import { openVirtualStation } from './virtual-station.ts';

describe('the cloud work on the screens', () => {
  const scripted = createScriptedStation(answerFromRecords);
  let screen: OpenScreen;

  beforeAll(async () => {
    screen = await openScreen(scripted.station);
  });

  afterAll(async () => {
    await screen.close();
  });

  const sign = () => screen.page.getByRole('banner').getByRole('button', { name: /^Cloud:/ });
  const goTo = (hash: string) => screen.page.evaluate(`location.hash = '${hash}'`);
  const lastCall = (name: string) => scripted.calls.findLast((call) => call.name === name)?.input;

  test('every screen says how many units are open and how old the oldest is, and that all is done when it is', async () => {
    for (const hash of ['#/', '#/runs', '#/slots', '#/codes']) {
      await goTo(hash);
      scripted.show(line(mixedSlots(2), { cloud: backlog() }));
      await sign().getByText('128 open').waitFor();
      expect(await sign().getAttribute('aria-label')).toBe('Cloud: 128 open, oldest 3 hrs');
      scripted.show(line(mixedSlots(2), { cloud: NO_BACKLOG }));
      await sign().getByText('Cloud up to date').waitFor();
    }
  });

  test('a network that is away is told with what it means for the line, and tried again by keyboard alone', async () => {
    const { page } = screen;
    await goTo('#/');
    scripted.show(line(mixedSlots(2), { cloud: backlog(HELD.offline) }));
    await sign().getByText('128 waiting').waitFor();
    await sign().focus();
    await page.keyboard.press('Space');
    const panel = page.locator('#cloud-panel');
    await panel.getByText('No connection to the cloud.').waitFor();
    const text = await panel.textContent();
    expect(text).toContain('Go on building.');
    expect(text).not.toContain('Keep the unit');
    expect(await panel.locator('[data-cloud-count="built"]').textContent()).toBe('96');
    const tryNow = panel.getByRole('button', { name: 'Try now' });
    const hurried = () => scripted.calls.filter(({ name }) => name === 'hurryCloud').length;
    // Two presses as fast as a scanner are a scan; a person is slower.
    const press = async (): Promise<number> => {
      if (hurried() === 0) await tryNow.press('Space');
      return hurried();
    };
    await expect.poll(press, { interval: 300 }).toBe(1);
    await panel.getByText('The station tries now.').waitFor();
    await page.keyboard.press('Escape');
    await panel.getByRole('button', { name: 'Close' }).waitFor({ state: 'detached' });
  });

  test('a missing right is told with the next action', async () => {
    scripted.show(line(mixedSlots(2), { cloud: backlog(HELD['no-right']) }));
    await sign().click();
    await screen.page.locator('#cloud-panel').getByText('Call the supervisor.').waitFor();
    await screen.page.getByRole('button', { name: 'Close' }).click();
  });

  test('a unit that the cloud rejects while it lies in its slot is a reject there, and its carton is named on every screen', async () => {
    const { page } = screen;
    await goTo('#/');
    scripted.show(rejectedInSlot());
    await page.locator('section[data-slot="1"] [data-outcome="FAIL"]').waitFor();
    expect(await page.locator('section[data-slot="1"] [data-outcome="PASS"]').count()).toBe(0);
    await goTo('#/slots');
    const notice = page.getByRole('alert', { name: 'PULL UNITS' });
    await notice.waitFor();
    expect(await notice.textContent()).toContain('Carton C-0017P046AB1234567CD');
  });

  test('whoever took a unit out of its carton says so by keyboard, of that unit and no other', async () => {
    const { page } = screen;
    await goTo('#/');
    const [one, other] = [rejectedLater('r1', 'P1', 'C-1'), rejectedLater('r2', 'P2', 'C-2')];
    scripted.show(line(mixedSlots(2), { troubles: [one, other], cloud: backlog() }));
    const entry = page.getByRole('alert', { name: 'PULL UNITS' }).getByRole('listitem').filter({ hasText: 'P2' });
    await entry.getByRole('button', { name: 'Pulled' }).press('Enter');
    await expect.poll(() => lastCall('confirmPulled')).toEqual({ runId: 'r2' });
  });

  test('what is rejected is one press away: the state in the panel opens the records of it', async () => {
    const { page } = screen;
    scripted.show(line(mixedSlots(2), { troubles: [rejectedLater('r1', 'P1', 'C-1')], cloud: backlog() }));
    await sign().click();
    await page
      .locator('#cloud-panel')
      .getByRole('link', { name: /Rejected by cloud/ })
      .click();
    await expect.poll(() => lastCall('findRuns')).toEqual({ cloud: 'rejected', batch: '2026-11-21/A' });
    await page.getByText('1 run', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText(`${RECORDS.length} runs`, { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Cloud' }).selectOption('sim-pending');
    await page.getByText('1 run', { exact: true }).waitFor();
    await page.getByText('SIM overdue').waitFor();
    await page.getByRole('combobox', { name: 'Cloud' }).selectOption('');
  });

  test('a run rejected later shows no PASS, may be flashed again, and is asked for again only after the warning about money', async () => {
    const { page } = screen;
    const run = RECORDS.find(({ cloud }) => cloud?.last.state === 'rejected');
    await goTo(`#/runs/${run?.begun.runId}`);
    const detail = page.getByRole('article');
    await detail.getByText('Rejected by cloud').waitFor();
    expect(await detail.locator('header [data-outcome="PASS"]').count()).toBe(0);
    expect(await detail.getByRole('button', { name: 'Flash again' }).isVisible()).toBe(true);
    await detail.getByRole('button', { name: 'Try again in the cloud' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/costs money/).waitFor();
    expect(lastCall('askCloudAgain')).toBeUndefined();
    await dialog.getByRole('button', { name: 'Try again in the cloud' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(lastCall('askCloudAgain')).toEqual({ runId: run?.begun.runId });
  });

  test('the code of a carton is made for a typed name, and for no name that a carton may not have', async () => {
    const { page } = screen;
    await goTo('#/codes');
    const name = page.getByRole('textbox', { name: /^Carton/ });
    await name.fill('C;17');
    expect(await page.getByRole('img', { name: /^LW:CARTON:/ }).count()).toBe(0);
    await name.fill('C-17');
    await page.getByRole('img', { name: 'LW:CARTON:C-17' }).waitFor();
  });

  test('the page breaks no content policy and logs nothing', () => {
    expect(screen.complaints).toEqual([]);
  });
});

describe('cartons on a line', () => {
  let built: BuiltVirtualStation;
  let screen: OpenScreen;

  beforeAll(async () => {
    built = await openVirtualStation(1);
    screen = await openScreen(built.station);
  });

  afterAll(async () => {
    await screen.close();
    await built.close();
  });

  test('a scan opens a carton, and the verdict says that the unit goes into it, also when the next one is open', async () => {
    const { page } = screen;
    await scan(page, 'LW:CARTON:C-17');
    await page.getByRole('banner').getByText('C-17').waitFor();
    await page.getByRole('button', { name: 'Plug in' }).click();
    await page.getByRole('button', { name: 'Scan its label' }).click();
    await page.locator('section').getByText('Into carton C-17').waitFor({ timeout: 60_000 });
    await scan(page, 'LW:CARTON:C-18');
    await page.getByRole('banner').getByText('C-18').waitFor();
    expect(await page.locator('section[data-slot="1"]').textContent()).toContain('Into carton C-17');
  });

  test('a supervisor opens and closes a carton in the dialog of the batch', async () => {
    const { page } = screen;
    await page.getByRole('link', { name: 'Records' }).click();
    await page.getByRole('button', { name: 'Batch and carton' }).click();
    await page.getByRole('textbox', { name: /Name of the next carton/ }).fill('C-19');
    await page.getByRole('button', { name: 'Open carton' }).click();
    await page.getByText('Carton C-19 is open.').waitFor();
    await page.getByRole('banner').getByText('C-19').waitFor();
    await page.getByRole('button', { name: 'Batch and carton' }).click();
    await page.getByRole('button', { name: 'Close carton' }).click();
    await page.getByText('The carton is closed.').waitFor();
    expect(await page.getByRole('banner').locator('[data-carton]').count()).toBe(0);
  });
});
