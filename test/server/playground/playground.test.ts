import { createHash } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, request, startApp } from '../../support/app/app.ts';
import { findChromium, openBrowser } from '../../support/app/browser.ts';

test('a browser gets the page compressed, forbidden to talk to anybody else, and an API client gets the API', async () => {
  await using app = await startApp();
  const page = await fetch(app.url, { headers: { accept: 'text/html' } });
  expect(page.status).toBe(200);
  expect(page.headers.get('content-encoding')).toBe('gzip');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await page.text()).toContain('Modelgraph playground');
  expect(await request(app, '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
});

test('a server whose playground is off gives no page', async () => {
  await using app = await startApp({ playground: false });
  const answer = await fetch(app.url, { headers: { accept: 'text/html' } });
  expect(answer.status).toBe(403);
  expect(answer.headers.get('content-type')).toContain('json');
});

const executablePath = findChromium();
if (executablePath === undefined)
  process.stderr.write('There is no Chromium here: the tests of the playground in a browser are skipped.\n');

describe.skipIf(executablePath === undefined)('in Chromium', () => {
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

  /**
   * Switches to a tab and runs it. The page takes a moment to learn the tab's operation, so that the first press may
   * run another one; a press while something runs stops it.
   */
  const run = async (page: Page, tab: string, expected: string): Promise<void> => {
    await page.getByRole('tab', { name: tab }).click();
    const shows = () =>
      expect
        .poll(() => page.locator('.result-window').textContent(), { timeout: 8_000 })
        .toContain(expected)
        .then(() => true)
        .catch(() => false);
    for (let presses = 0; presses < 4; presses += 1) {
      await page.locator('.graphiql-execute-button').click();
      if (await shows()) return;
    }
    throw new Error(`the tab ${tab} never shows ${expected}`);
  };

  test('the example tabs run: a stream with its transcript, capabilities, a generation, a refused request, the history, a batch', async () => {
    const { page, outside, complaints } = await openPlayground('dark');

    await run(page, 'Stream', 'GenerationCompleted');
    const transcript = page.getByRole('region', { name: 'Transcript' });
    expect(await transcript.locator('.reasoning').textContent()).not.toBe('');
    expect(await transcript.textContent()).toContain('Is 1009 a prime number?');

    await run(page, 'Capabilities', 'totalCount');
    // It would cover what the query answers.
    expect(await transcript.isVisible()).toBe(false);

    await run(page, 'Generate', 'COMPLETED');

    await run(page, 'Preview', 'UNSUPPORTED_CAPABILITY');

    await run(page, 'History', 'totalCount');

    await run(page, 'Stream', 'GenerationCompleted');
    await page.getByRole('button', { name: 'Close the transcript' }).click();
    expect(await transcript.isVisible()).toBe(false);

    await run(page, 'Batch', 'QUEUED');

    expect(outside).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  }, 120_000);

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
  }, 120_000);

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
