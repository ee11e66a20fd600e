import { createHash } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, startApp } from '../../support/app/app.ts';
import { findChromium, openBrowser } from '../../support/app/browser.ts';

const executablePath = findChromium();
if (executablePath === undefined)
  process.stderr.write('There is no Chromium here: the tests of the playground in a browser are skipped.\n');

describe.skipIf(executablePath === undefined)('in Chromium', { timeout: 120_000 }, () => {
  let app: TestApp;
  let browser: Browser;
  beforeAll(async () => {
    app = await startApp();
    browser = await openBrowser(executablePath ?? '');
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  /** The page with what it asked of other hosts and complained of. */
  const openPlayground = async (
    colorScheme: 'dark' | 'light',
  ): Promise<{ page: Page; outside: string[]; complaints: string[] }> => {
    const page = await browser.newPage({ colorScheme });
    const outside: string[] = [];
    const complaints: string[] = [];
    page.on('request', (asked) => {
      const { protocol, origin } = new URL(asked.url());
      if (/^https?:$/.test(protocol) && origin !== new URL(app.url).origin) outside.push(asked.url());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(app.url);
    await page.locator('.graphiql-execute-button').waitFor();
    return { page, outside, complaints };
  };

  /** Opens a tab and runs it once, until the result shows what is expected. */
  const run = async (page: Page, tab: string, expected: string): Promise<void> => {
    const opened = page.getByRole('tab', { name: tab });
    if ((await opened.getAttribute('aria-selected')) !== 'true') {
      await opened.click();
      // GraphiQL reads the operation of a tab a moment after opening it, when it stores the query: the button would
      // still run the operation of the tab before.
      await page.waitForFunction(`/^\\w+ ${tab} /m.test(localStorage.getItem('graphiql:query') ?? '')`);
    }
    await page.locator('.graphiql-execute-button').click();
    await expect
      .poll(() => page.locator('.result-window').textContent(), { timeout: 30_000 })
      .toContain(expected);
  };

  test('the example tabs run: a stream with its transcript, capabilities, a generation, a refused request, the generations, a batch', async () => {
    const { page, outside, complaints } = await openPlayground('dark');

    await run(page, 'Stream', 'GenerationCompleted');
    const transcript = page.getByRole('region', { name: 'Transcript' });
    expect(await transcript.locator('.reasoning').textContent()).not.toBe('');
    expect(await transcript.textContent()).toContain('Yes: 1009 is a prime number.');
    expect(await transcript.textContent()).toContain('A scripted answer of the demo provider');

    await run(page, 'Capabilities', 'totalCount');
    // It would cover what the query answers.
    expect(await transcript.isVisible()).toBe(false);

    await run(page, 'Generate', 'COMPLETED');

    await run(page, 'Preview', 'UNSUPPORTED_CAPABILITY');

    await run(page, 'Generations', 'totalCount');

    await run(page, 'Stream', 'GenerationCompleted');
    await page.getByRole('button', { name: 'Close the transcript' }).click();
    expect(await transcript.isVisible()).toBe(false);

    await run(page, 'Batch', 'QUEUED');

    expect(outside).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('where keys are set, the page asks for one and streams with it', async () => {
    const key = 'mg_alice_secret';
    const sha256 = createHash('sha256').update(key).digest('hex');
    await using keyed = await startApp({ apiKeys: [{ id: 'alice', sha256 }] });
    const page = await browser.newPage();
    const prompt = page.getByPlaceholder('mg_…');
    await page.goto(keyed.url);
    await prompt.fill('mg_alice_wrong');
    await prompt.press('Enter');
    await page.getByLabel('The key was refused').fill(key);
    await prompt.press('Enter');
    await page.locator('.graphiql-execute-button').waitFor();
    await run(page, 'Stream', 'GenerationCompleted');
    await run(page, 'Generate', 'COMPLETED');
    expect(await prompt.count()).toBe(0);
    await page.close();
  });

  test.each([4401, 4403])('the page asks for a key when its WebSocket is closed with %i', async (code) => {
    const page = await browser.newPage();
    await page.routeWebSocket(/graphql/, (socket) => socket.onMessage(() => socket.close({ code })));
    await page.goto(app.url);
    await page.locator('.graphiql-execute-button').click();
    await page.getByLabel('This server asks for a key').waitFor();
    await page.close();
  });

  test('a key that no header can carry is not taken', async () => {
    await using keyed = await startApp({ apiKeys: [{ id: 'alice', sha256: '0'.repeat(64) }] });
    const page = await browser.newPage();
    const prompt = page.getByPlaceholder('mg_…');
    await page.goto(keyed.url);
    await prompt.fill('mg_…');
    await prompt.press('Enter');
    expect(await page.locator('#key-prompt :invalid').count()).toBe(1);
    await prompt.fill('mg_alice_wrong');
    await prompt.press('Enter');
    await page.getByLabel('The key was refused').waitFor();
    await page.close();
  });

  test('a reload opens the tab that was active, and adds none', async () => {
    const { page, complaints } = await openPlayground('light');
    const tabs = page.getByRole('tab');
    const active = page.getByRole('tab', { selected: true });
    const names = await tabs.allTextContents();
    await page.reload();
    await active.waitFor();
    expect(await tabs.allTextContents()).toEqual(names);
    expect(await active.textContent()).toContain('Stream');
    await page.getByRole('tab', { name: 'Preview' }).click();
    // The state is stored a moment after the change.
    await page.waitForFunction('JSON.parse(localStorage.getItem("graphiql:tabState"))?.activeTabIndex === 3');
    await page.reload();
    await active.waitFor();
    expect(await tabs.allTextContents()).toEqual(names);
    expect(await active.textContent()).toContain('Preview');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('in a narrow window the response stands below the editors, and nothing leaves the window', async () => {
    const { page } = await openPlayground('light');
    await page.setViewportSize({ width: 390, height: 800 });
    await run(page, 'Stream', 'GenerationCompleted');
    const boxOf = async (selector: string) => {
      const box = await page.locator(selector).boundingBox();
      if (box === null) throw new Error(`${selector} is not shown`);
      return box;
    };
    const editors = await boxOf('.graphiql-editors');
    const response = await boxOf('.graphiql-response');
    const transcript = await boxOf('#transcript');
    expect(response.y).toBeGreaterThanOrEqual(editors.y + editors.height);
    for (const { x, width } of [editors, response, transcript]) {
      expect(width).toBeGreaterThan(250);
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(390);
    }
    await page.close();
  });

  test.for(['dark', 'light'] as const)('the page follows a %s colour scheme', async (scheme) => {
    const { page } = await openPlayground(scheme);
    // Serialised into the page, which has a document; this project's types have none.
    const background = await page.evaluate<string>(
      'getComputedStyle(document.querySelector(".graphiql-container")).backgroundColor',
    );
    const [red = 0] = (background.match(/\d+/g) ?? []).map(Number);
    expect(red < 128).toBe(scheme === 'dark');
    await page.close();
  });
});
