import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, startApp } from '../../support/app/app.ts';
import { findChromium, openBrowser } from '../../support/app/browser.ts';

const executablePath = findChromium();
if (executablePath === undefined)
  process.stderr.write('There is no Chromium here: the tests of the playground in a browser are skipped.\n');

/** In the client's folder, which a plain clone does not install. */
const AXE = new URL('../../../client/node_modules/axe-core/axe.min.js', import.meta.url);
const axe = existsSync(AXE) ? readFileSync(AXE, 'utf8') : undefined;
if (axe === undefined)
  process.stderr.write('axe-core is not installed in client/: the findings of axe are not tested.\n');

const EXAMPLES = [
  'Stream',
  'Tools',
  'Structured',
  'Resume',
  'Capabilities',
  'Generate',
  'Preview',
  'Generations',
  'Batch',
];

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

  /** Waits until an expression is true in the page, whose policy forbids it to evaluate text by itself. */
  const until = (page: Page, expression: string): Promise<void> =>
    expect.poll(() => page.evaluate<unknown>(expression), { timeout: 30_000 }).toBe(true);

  /** Opens a tab and runs it once, until the result shows what is expected. */
  const run = async (page: Page, tab: string, expected: string): Promise<void> => {
    const opened = page.getByRole('tab', { name: tab });
    if ((await opened.getAttribute('aria-selected')) !== 'true') {
      await opened.click();
      // GraphiQL reads the operation of a tab a moment after opening it, when it stores the query: the button would
      // still run the operation of the tab before.
      await until(page, `/^\\w+ ${tab} /m.test(localStorage.getItem('graphiql:query') ?? '')`);
    }
    await page.locator('.graphiql-execute-button').click();
    await expect
      .poll(() => page.locator('.result-window').textContent(), { timeout: 30_000 })
      .toContain(expected);
  };

  const transcriptOf = (page: Page) => page.getByRole('region', { name: 'Transcript' });

  test('the example tabs run: a stream with its transcript, capabilities, a generation, a refused request, the generations, a batch', async () => {
    const { page, outside, complaints } = await openPlayground('dark');

    await run(page, 'Stream', 'GenerationCompleted');
    const transcript = transcriptOf(page);
    expect(await transcript.locator('.reasoning').textContent()).not.toBe('');
    await expect.poll(() => transcript.textContent()).toContain('no language model was asked');
    expect(await transcript.textContent()).toContain('air scatters blue light');
    expect(await transcript.locator('footer').textContent()).toMatch(/in 5.*out \d+.*cost \$0/);

    await run(page, 'Capabilities', 'totalCount');
    // It belongs to the tab of its stream.
    await transcript.waitFor({ state: 'hidden' });
    await page.getByRole('tab', { name: 'Stream' }).click();
    await transcript.waitFor();
    expect(await transcript.textContent()).toContain('air scatters blue light');

    await run(page, 'Generate', 'COMPLETED');

    await run(page, 'Preview', 'UNSUPPORTED_CAPABILITY');

    await run(page, 'Generations', 'totalCount');

    await run(page, 'Stream', 'GenerationCompleted');
    await page.getByRole('button', { name: 'Close the transcript' }).click();
    await transcript.waitFor({ state: 'hidden' });

    await run(page, 'Structured', 'GenerationCompleted');
    expect(await transcript.textContent()).toContain('A recipe for pancakes');

    await run(page, 'Batch', 'QUEUED');

    expect(outside).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a tab that is run in the moment in which it is opened runs its own operation', async () => {
    const { page, complaints } = await openPlayground('light');
    for (const [tab, expected] of [
      ['Preview', 'UNSUPPORTED_CAPABILITY'],
      ['Stream', 'GenerationCompleted'],
      ['Generations', 'totalCount'],
    ] as const) {
      // Both in one task of the page, faster than any hand.
      await page.evaluate(`
        const tabs = [...document.querySelectorAll('[role=tab] button:first-child')];
        tabs.find(({ textContent }) => textContent.includes(${JSON.stringify(tab)})).click();
        document.querySelector('.graphiql-execute-button').click();`);
      const result = page.locator('.result-window');
      await expect.poll(() => result.textContent(), { timeout: 30_000 }).toContain(expected);
      expect(await result.textContent()).not.toContain('Cannot infer operation');
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a call of a function is shown until its result is given, and the stream goes on with the answer', async () => {
    const { page } = await openPlayground('light');
    await run(page, 'Tools', 'ActionRequired');
    const transcript = transcriptOf(page);
    await expect.poll(() => transcript.textContent()).toContain('Waits for your tool results');
    expect(await transcript.locator('.call').textContent()).toBe(
      'get_weather({"city":"Paris","unit":"celsius"})',
    );
    const response = (await page.locator('.result-window').textContent())?.replaceAll('\u00a0', ' ') ?? '';
    const generationId = /gen_\w+/.exec(response)?.[0];
    const callId = /call_\w+/.exec(response)?.[0];
    const query = `mutation { submitToolResults(generationId: "${generationId}", results: [{ callId: "${callId}", output: { celsius: 21 } }]) { status } }`;
    expect((await page.request.post(app.url, { data: { query } })).ok()).toBe(true);
    await expect.poll(() => transcript.textContent(), { timeout: 30_000 }).toContain('Completed');
    expect(await transcript.locator('td').allTextContents()).toEqual(['celsius', '21']);
    await page.close();
  });

  test('a stream that is lost goes on in the same tab, and a failure is shown', async () => {
    const { page } = await openPlayground('dark');
    await run(page, 'Resume', 'GenerationCompleted');
    const whole = await transcriptOf(page).locator('.text').textContent();
    await run(page, 'Resume', 'GenerationCompleted');
    await expect.poll(() => transcriptOf(page).locator('.text').textContent()).toBe(whole);

    const query = `subscription Failing { generate(input: { model: "demo-error-midstream", prompt: "Hi" }) { __typename ... on TextDelta { text } ... on GenerationFailed { error { code message } } } }`;
    await page.goto(`${app.url}?${new URLSearchParams({ query })}`);
    await run(page, 'Failing', 'GenerationFailed');
    await expect.poll(() => transcriptOf(page).textContent()).toContain('PROVIDER_FAILED');
    expect(await transcriptOf(page).textContent()).toContain('This is the beginning of an answer');
    await page.close();
  });

  test("the transcript covers nothing, and GraphiQL's panels open beside it: documentation, explorer, earlier queries", async () => {
    const { page, complaints } = await openPlayground('light');
    await run(page, 'Stream', 'GenerationCompleted');
    const boxOf = async (selector: string) => {
      const box = await page.locator(selector).boundingBox();
      if (box === null) throw new Error(`${selector} is not shown`);
      return box;
    };
    for (const panel of ['Documentation Explorer', 'GraphiQL Explorer', 'History']) {
      await page.getByRole('button', { name: `Show ${panel}` }).click();
      await page.locator('.graphiql-plugin').waitFor();
      const transcript = await boxOf('#transcript');
      const editors = await boxOf('.graphiql-editors');
      const result = await boxOf('.result-window');
      expect(transcript.x).toBeGreaterThanOrEqual(editors.x + editors.width);
      expect(transcript.y + transcript.height).toBeLessThanOrEqual(result.y);
      expect(result.y + result.height).toBeLessThanOrEqual(720);
      const isHistory = panel === 'History';
      if (isHistory) await page.locator('.graphiql-history-item').filter({ hasText: 'Stream' }).waitFor();
      await page.getByRole('button', { name: `Hide ${panel}` }).click();
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.skipIf(axe === undefined)(
    'what is ours has no finding of axe that is serious, in light and dark',
    async () => {
      for (const scheme of ['light', 'dark'] as const) {
        const context = await browser.newContext({ colorScheme: scheme, bypassCSP: true });
        const page = await context.newPage();
        await page.goto(app.url);
        await page.locator('#hint').waitFor();
        const findingsIn = async (selector: string): Promise<unknown> => {
          await page.evaluate(axe ?? '');
          return page.evaluate(
            `axe.run('${selector}').then(({ violations }) => violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes.map(({ target }) => target)]))`,
          );
        };
        expect(await findingsIn('#hint')).toEqual([]);
        await run(page, 'Stream', 'GenerationCompleted');
        await expect.poll(() => transcriptOf(page).textContent()).toContain('no language model was asked');
        expect(await findingsIn('#transcript')).toEqual([]);
        await context.close();
      }
    },
  );

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
    await page.reload();
    await page.locator('.graphiql-execute-button').waitFor();
    expect(await page.getByRole('tab', { selected: true }).textContent()).toContain('Generate');
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
    for (const [index, name] of EXAMPLES.entries()) {
      await page.getByRole('tab', { name }).click();
      // The state is stored a moment after the change.
      await until(page, `JSON.parse(localStorage.getItem("graphiql:tabState"))?.activeTabIndex === ${index}`);
      await page.reload();
      await active.waitFor();
      expect(await tabs.allTextContents()).toEqual(names);
      expect(await active.textContent()).toContain(name);
    }
    // An edit puts the query in the address.
    await page.locator('.graphiql-query-editor .view-line').first().click();
    await page.keyboard.type('# Edited');
    await until(page, 'location.search.includes("Edited")');
    await page.getByRole('tab', { name: 'Tools' }).click();
    await until(page, 'JSON.parse(localStorage.getItem("graphiql:tabState"))?.activeTabIndex === 1');
    await page.reload();
    await active.waitFor();
    expect(await tabs.count()).toBe(names.length);
    expect(await active.textContent()).toContain('Tools');
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
