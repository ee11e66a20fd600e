import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findChromium, openBrowser } from '../support/app/browser.ts';
import { type ConnectionCutter, startConnectionCutter } from './browser/connection-cutter.ts';
import { type ChatServer, startChatServer } from './chat/chat-server.ts';
import { canBuildChat, type ChatSite, startChatSite } from './chat/chat-site.ts';

const executablePath = findChromium();
const canRun = executablePath !== undefined && canBuildChat();
if (!canRun)
  process.stderr.write(
    'Chromium or the packages of examples/chat are not here: the tests of the chat are skipped.\n',
  );

const FIRST_HALF = 'The first half of an answer that waits,';
const SECOND_HALF = 'and the second half.';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);
const PDF = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF',
);

describe.skipIf(!canRun)('the chat in Chromium', { timeout: 120_000 }, () => {
  let server: ChatServer;
  let cutter: ConnectionCutter;
  let site: ChatSite;
  let browser: Browser;
  let context: BrowserContext;
  let callsBefore = 0;
  beforeAll(async () => {
    [server, site, browser] = await Promise.all([
      startChatServer(),
      startChatSite(),
      openBrowser(executablePath ?? ''),
    ]);
    cutter = await startConnectionCutter(new URL(server.url));
  });
  beforeEach(async () => {
    callsBefore = server.calls.length;
    await context?.close();
    context = await browser.newContext();
  });
  afterAll(async () => {
    await browser?.close();
    await cutter?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const calls = (): number => server.calls.length - callsBefore;
  const address = (): string => site.addressFor(`http://127.0.0.1:${cutter.port}/graphql`);

  /** The page, whose errors fail the test. */
  const open = async (url = address()): Promise<Page> => {
    const page = await context.newPage();
    page.on('pageerror', (error) => expect.soft(error.message).toBe(''));
    await page.goto(url);
    await page.getByRole('button', { name: /Sonata 4/ }).waitFor();
    return page;
  };
  const ask = async (page: Page, text: string): Promise<void> => {
    const message = page.getByLabel('Message', { exact: true });
    await message.fill(text);
    await message.press('Enter');
  };
  const answers = (page: Page) => page.getByRole('article', { name: 'Answer' });
  const whole = async (page: Page): Promise<void> => page.getByText('began after').last().waitFor();

  test('one message is one call of the provider, and its answer shows model, tokens and cost', async () => {
    const page = await open();
    await ask(page, 'Hello');
    await whole(page);
    expect(await answers(page).locator('.markdown').textContent()).toBe('You said “Hello”. Media: none.');
    expect(await page.locator('.facts').textContent()).toContain(
      'sonata-4 · 212\u00A0in,\u00A0187\u00A0out · $0.0024',
    );
    expect(calls()).toBe(1);
    await page.reload();
    await page.getByText('You said “Hello”').waitFor();
    expect(calls()).toBe(1);
  });

  test('two presses of Enter send once', async () => {
    const page = await open();
    const message = page.getByLabel('Message', { exact: true });
    await message.fill('Hello twice');
    await message.evaluate((element) => {
      for (let press = 0; press < 3; press += 1)
        element.dispatchEvent(
          new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }),
        );
    });
    await whole(page);
    expect(await answers(page).count()).toBe(1);
    expect(calls()).toBe(1);
  });

  test('an answer survives a reload in mid-stream and is not asked for again', async () => {
    const page = await open();
    await ask(page, 'Please hold');
    await page.getByText(FIRST_HALF).waitFor();
    await page.reload();
    await page.getByText(FIRST_HALF).waitFor();
    server.open();
    await page.getByText(`${FIRST_HALF} ${SECOND_HALF}`).waitFor();
    await whole(page);
    expect(calls()).toBe(1);
  });

  test('an answer that ended while the page was away is there when it comes back', async () => {
    const page = await open();
    await ask(page, 'Please hold');
    await page.getByText(FIRST_HALF).waitFor();
    const url = page.url();
    await page.goto('about:blank');
    server.open();
    await page.goto(url);
    await page.getByText(`${FIRST_HALF} ${SECOND_HALF}`).waitFor();
    expect(calls()).toBe(1);
  });

  test('three lost connections in one answer neither drop nor double a word', async () => {
    const page = await open();
    await ask(page, 'Please hold');
    await page.getByText(FIRST_HALF).waitFor();
    for (let cut = 0; cut < 3; cut += 1) {
      const connected = cutter.connected();
      cutter.cut();
      await connected;
    }
    server.open();
    await whole(page);
    expect(await answers(page).locator('.markdown').textContent()).toBe(`${FIRST_HALF} ${SECOND_HALF}`);
    expect(calls()).toBe(1);
  });

  test('Escape stops an answer, for the provider too', async () => {
    const page = await open();
    await ask(page, 'Please hold');
    await page.getByText(FIRST_HALF).waitFor();
    await page.getByLabel('Message', { exact: true }).press('Escape');
    await page.getByText('stopped', { exact: false }).first().waitFor();
    await expect.poll(() => server.calls.at(-1)?.signal.aborted, { timeout: 30_000 }).toBe(true);
    expect(await answers(page).locator('.markdown').textContent()).toContain(FIRST_HALF);
    await ask(page, 'Hello after that');
    await page.getByText('You said “Hello after that”').waitFor();
    expect(calls()).toBe(2);
  });

  test('a second tab follows the answer of the first, cannot send meanwhile, and takes over when the first is closed', async () => {
    const first = await open();
    await ask(first, 'Please hold');
    await first.getByText(FIRST_HALF).waitFor();
    const second = await open(first.url());
    await second.getByText(FIRST_HALF).waitFor();
    await second.getByLabel('Message', { exact: true }).fill('Me too');
    await second.getByLabel('Message', { exact: true }).press('Enter');
    expect(await second.getByRole('button', { name: 'Stop' }).isVisible()).toBe(true);
    await first.close();
    server.open();
    await second.getByText(`${FIRST_HALF} ${SECOND_HALF}`).waitFor();
    await whole(second);
    expect(calls()).toBe(1);
    expect(await second.getByLabel('Message', { exact: true }).inputValue()).toBe('Me too');
    await second.reload();
    await second.getByText(`${FIRST_HALF} ${SECOND_HALF}`).waitFor();
    await second.getByText('began after').waitFor();
    expect(calls()).toBe(1);
  });

  test('a message of one tab shows in another one that was open before it', async () => {
    const first = await open();
    const second = await open(first.url());
    await ask(first, 'Hello from the first tab');
    await second.getByText('You said “Hello from the first tab”').waitFor();
    await whole(second);
    await ask(second, 'And from the second');
    await first.getByText('You said “And from the second”').waitFor();
    expect(calls()).toBe(2);
  });

  test('a tool of the page is run once, though two tabs see its call', async () => {
    const first = await open();
    const second = await open(first.url());
    await ask(first, 'Use the tool');
    for (const page of [first, second]) {
      await page.getByText('The tool said {"expression":"(3 + 4) * 2","value":14}.').waitFor();
      expect(await page.locator('details.tool').textContent()).toContain('answered');
    }
    // The call, and the turn that its result is given to.
    expect(calls()).toBe(2);
  });

  test('a failure before the first word is retried in its place', async () => {
    const page = await open();
    await ask(page, 'Please fail once');
    await page.locator('.failure-title', { hasText: 'The provider is overloaded' }).waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('You said “Please fail once”').waitFor();
    expect(await answers(page).count()).toBe(1);
    expect(await page.getByText('1 of 2').count()).toBe(0);
    expect(calls()).toBe(2);
  });

  test('a failure in mid-answer keeps what had come, also after a reload', async () => {
    const page = await open();
    await ask(page, 'Now break');
    await page.getByText('The answer broke off').waitFor();
    await page.reload();
    await page.getByText('The answer broke off').waitFor();
    expect(await answers(page).locator('.markdown').textContent()).toContain('This answer breaks');
    expect(calls()).toBe(1);
  });

  test('an edited message and another answer keep what they replace as branches', async () => {
    const page = await open();
    await ask(page, 'The first wording');
    await whole(page);
    await page.getByLabel('Message', { exact: true }).press('ArrowUp');
    const editor = page.getByLabel('Your message');
    await editor.fill('The second wording');
    await editor.press('Enter');
    await page.getByText('You said “The second wording”').waitFor();
    await page.getByRole('button', { name: 'Version before' }).click();
    await page.getByText('You said “The first wording”').waitFor();
    await page.getByRole('button', { name: 'Answer again' }).click();
    await page.getByText('2 of 2').waitFor();
    expect(calls()).toBe(3);
    await page.reload();
    await page.getByText('1 of 2').waitFor();
    expect(server.calls.at(-1)?.request.messages).toHaveLength(1);
  });

  test('what was said before goes along with the next message', async () => {
    const page = await open();
    await ask(page, 'One');
    await whole(page);
    await ask(page, 'Two');
    await page.getByText('You said “Two”').waitFor();
    expect(server.calls.at(-1)?.request.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
    ]);
  });

  test('an image and a PDF go along, are shown, and are there after a reload', async () => {
    const page = await open();
    await page.locator('input[type=file]').setInputFiles([
      { name: 'dot.png', mimeType: 'image/png', buffer: PNG },
      { name: 'empty.pdf', mimeType: 'application/pdf', buffer: PDF },
    ]);
    await page.getByRole('button', { name: 'Remove dot.png' }).waitFor();
    await ask(page, 'What is this?');
    await page.getByText('Media: image, file.').waitFor();
    await page.reload();
    await page.locator('.message-user .file-chip img').waitFor();
    await ask(page, 'And now?');
    await page.getByText('You said “And now?”. Media: image, file.').waitFor();
    expect(calls()).toBe(2);
  });

  test('a file of megabytes, beyond what one WebSocket message takes, is uploaded', async () => {
    const page = await open();
    const buffer = Buffer.concat([PDF, Buffer.alloc(5_000_000, ' ')]);
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'long.pdf', mimeType: 'application/pdf', buffer });
    await ask(page, 'What is this?');
    await page.getByText('Media: file.').waitFor();
    expect(calls()).toBe(1);
  });

  test('a file that is too large, empty or of another kind is not attached, and the reason is said', async () => {
    const page = await open();
    const input = page.locator('input[type=file]');
    await input.setInputFiles({ name: 'huge.png', mimeType: 'image/png', buffer: Buffer.alloc(21_000_000) });
    await page.getByText('huge.png has 21.0 MB; 20.0 MB are the most.').waitFor();
    await input.setInputFiles({ name: 'nothing.png', mimeType: 'image/png', buffer: Buffer.alloc(0) });
    await page.getByText('nothing.png is empty.').waitFor();
    await input.setInputFiles({ name: 'run.exe', mimeType: 'application/x-msdownload', buffer: PNG });
    await page.getByText('run.exe is neither').waitFor();
  });

  test('what is typed is previewed: its price, and that the model takes no image', async () => {
    const page = await open();
    await page.getByLabel('Message', { exact: true }).fill('A message that is being written');
    await page.getByText(/about \d+ tokens · at most \$/).waitFor();
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: PNG });
    await page.getByRole('button', { name: /^Model/ }).click();
    await page.getByText('Étude mini').click();
    await page.keyboard.press('Escape');
    await page.locator('.preview-line.is-problem').waitFor();
    expect(calls()).toBe(0);
  });

  test('a model with a price can be found by capability and by name, and is kept', async () => {
    const page = await open();
    await page.getByRole('button', { name: /^Model/ }).click();
    await page.getByRole('button', { name: 'Images' }).click();
    expect(await page.locator('.model-name').allTextContents()).toEqual(['Sonata 4', 'Nocturne']);
    expect(await page.locator('.model-groups legend').allTextContents()).toEqual(['Up to $20', 'Above $20']);
    await page.getByLabel('Search models').fill('noct');
    await page.getByText('Nocturne', { exact: true }).click();
    await page.keyboard.press('Escape');
    await page.reload();
    await page.getByRole('button', { name: /Nocturne/ }).waitFor();
  });

  test('a server that is away is said, and the answer goes on when it is back', async () => {
    const page = await open();
    await ask(page, 'Please hold');
    await page.getByText(FIRST_HALF).waitFor();
    await context.setOffline(true);
    cutter.cut();
    await page.getByText(/This device is offline|The server does not answer/).waitFor();
    await context.setOffline(false);
    server.open();
    await page.getByText(`${FIRST_HALF} ${SECOND_HALF}`).waitFor();
    await page.locator('.notice').waitFor({ state: 'detached' });
    expect(calls()).toBe(1);
  });

  test('nothing moves while an answer is written, but the answer', async () => {
    const page = await open();
    await page.evaluate(`
      window.shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
      }).observe({ type: 'layout-shift' });
    `);
    await ask(page, 'A rich answer');
    await whole(page);
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    expect(await page.evaluate('window.shift')).toBeLessThan(0.01);
  });

  test('the end stays in view, until the reader scrolls up', async () => {
    const page = await open();
    const fromEnd = (): Promise<number> =>
      page
        .locator('.scroller')
        .evaluate((scroller) => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight);
    await ask(page, 'A rich answer');
    await whole(page);
    expect(await fromEnd()).toBeLessThan(4);
    await page.mouse.move(600, 300);
    await page.mouse.wheel(0, -400);
    await page.getByRole('button', { name: 'Jump to the end' }).waitFor();
    await ask(page, 'Please hold');
    await page.getByText(FIRST_HALF).waitFor();
    expect(await fromEnd()).toBeLessThan(4);
    server.open();
  });

  test('a screen reader is told how the answer stands, not each piece of it', async () => {
    const page = await open();
    await page.evaluate(`
      window.said = [];
      const region = document.querySelector('main > [role=status]');
      new MutationObserver(() => window.said.push(region.textContent)).observe(region, { characterData: true, childList: true, subtree: true });
    `);
    await ask(page, 'A rich answer');
    await whole(page);
    await expect.poll(() => page.evaluate('window.said.at(-1)')).toBe('The answer is complete.');
    expect(await page.evaluate('window.said.length')).toBeLessThan(6);
  });

  test('what a model writes is text: no script, frame, foreign image or misleading link comes of it', async () => {
    const page = await open();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).hostname));
    await context.route('https://tracker.example/**', (route) =>
      route.fulfill({ contentType: 'image/png', body: PNG }),
    );
    await ask(page, 'Something hostile');
    await page.getByText('The end of the attacks.').waitFor();
    await whole(page);
    const markdown = answers(page).locator('.markdown');
    expect(await page.evaluate('window.attacked')).toBeUndefined();
    expect(
      await markdown.locator('script, iframe, img, style, object, embed, form, [onclick], [onerror]').count(),
    ).toBe(0);
    expect(asked.every((host) => host === '127.0.0.1')).toBe(true);
    const links = await markdown
      .locator('a')
      .evaluateAll((anchors) =>
        (anchors as HTMLAnchorElement[]).map(({ href, rel, target }) => ({ href, rel, target })),
      );
    expect(links.map(({ href }) => href)).toEqual([
      'https://evil.example/login',
      'https://xn--pple-43d.com/',
      'https://honest.example/a?b=c',
      'mailto:someone@honest.example',
    ]);
    for (const { rel, target } of links)
      expect({ rel, target }).toEqual({ rel: 'noopener noreferrer', target: '_blank' });
    expect(await markdown.textContent()).toContain('https://bank.example (leads to evil.example)');
    expect(await markdown.textContent()).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
    expect(await markdown.locator('.code-block').textContent()).toContain('⟦U+202E⟧hidden');
    expect(await markdown.locator('tbody tr').count()).toBeGreaterThan(399);
    await page.getByRole('button', { name: 'Show the image “tracker” from tracker.example' }).click();
    await markdown.locator('img[referrerpolicy="no-referrer"]').waitFor();
  });

  test('a line of a megabyte is shown to its end, and the page answers meanwhile', async () => {
    const page = await open();
    await ask(page, 'A megabyte, please');
    await page.getByRole('button', { name: /^Model/ }).click();
    await page.keyboard.press('Escape');
    await whole(page);
    expect((await answers(page).locator('.markdown').textContent())?.length).toBe(1_000_000);
  });

  test('a storage with foreign content starts an empty conversation', async () => {
    const page = await open();
    await ask(page, 'Hello');
    await whole(page);
    await page.evaluate(`new Promise((done) => {
      const open = indexedDB.open('modelgraph-chat');
      open.onsuccess = () => {
        const store = open.result.transaction('texts', 'readwrite').objectStore('texts');
        store.put('{"version":99,"value":{}}', 'modelgraph-chat:' + location.hash.slice(1)).onsuccess = done;
      };
    })`);
    await page.reload();
    await page.getByRole('heading', { name: 'What would you like to know?' }).waitFor();
  });
});
