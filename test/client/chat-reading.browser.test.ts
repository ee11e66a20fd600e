import { describe, expect, test } from 'vitest';
import { answers, ask, canShowChat, ChatBench, FIRST_HALF, messageField, whole } from './chat/chat-bench.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);
const PDF = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF',
);

describe.skipIf(!canShowChat())('reading and writing in the chat', { timeout: 120_000 }, () => {
  const bench = new ChatBench();

  test('an image and a PDF go along, are shown, and are there after a reload', async () => {
    const page = await bench.open();
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
    expect(bench.calls).toBe(2);
  });

  test('a file of megabytes, beyond what one WebSocket message takes, is uploaded', async () => {
    const page = await bench.open();
    const buffer = Buffer.concat([PDF, Buffer.alloc(5_000_000, ' ')]);
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'long.pdf', mimeType: 'application/pdf', buffer });
    await ask(page, 'What is this?');
    await page.getByText('Media: file.').waitFor();
    expect(bench.calls).toBe(1);
  });

  test('a file that is too large, empty or of another kind is not attached, and the reason is said', async () => {
    const page = await bench.open();
    const input = page.locator('input[type=file]');
    await input.setInputFiles({ name: 'huge.png', mimeType: 'image/png', buffer: Buffer.alloc(21_000_000) });
    await page.getByText('huge.png has 21.0 MB; 20.0 MB are the most.').waitFor();
    await input.setInputFiles({ name: 'nothing.png', mimeType: 'image/png', buffer: Buffer.alloc(0) });
    await page.getByText('nothing.png is empty.').waitFor();
    await input.setInputFiles({ name: 'run.exe', mimeType: 'application/x-msdownload', buffer: PNG });
    await page.getByText('run.exe is neither').waitFor();
  });

  test('what is typed is previewed: its price, and that the model takes no image', async () => {
    const page = await bench.open();
    await messageField(page).fill('A message that is being written');
    await page.getByText(/about \d+ tokens · at most \$/).waitFor();
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: PNG });
    await page.getByRole('button', { name: /^Model/ }).click();
    await page.getByText('Étude mini').click();
    await page.keyboard.press('Escape');
    await page.locator('.preview-line.is-problem').waitFor();
    expect(bench.calls).toBe(0);
  });

  test('a model with a price can be found by capability and by name, and is kept', async () => {
    const page = await bench.open();
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

  test('nothing moves while an answer is written, but the answer', async () => {
    const page = await bench.open();
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
    const page = await bench.open();
    const fromEnd = (): Promise<number> =>
      page
        .locator('.scroller')
        .evaluate((scroller) => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight);
    await ask(page, 'A rich answer');
    await whole(page);
    await expect.poll(fromEnd).toBeLessThan(4);
    await page.mouse.move(600, 300);
    await page.mouse.wheel(0, -400);
    await page.getByRole('button', { name: 'Jump to the end' }).waitFor();
    await ask(page, 'Please hold');
    await page.getByText(FIRST_HALF).waitFor();
    // The page scrolls in the frame after the one in which the text is there.
    await expect.poll(fromEnd).toBeLessThan(4);
    bench.server.open();
  });

  test('a screen reader is told how the answer stands, not each piece of it', async () => {
    const page = await bench.open();
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
    const page = await bench.open();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).hostname));
    await bench.context.route('https://tracker.example/**', (route) =>
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

  test.each(['{', 'null', '5', '{"a":1}', '[null]', '[{"id":1}]'])(
    'what another page has kept under the names of the chat is left out: %s',
    async (kept) => {
      const page = await bench.open();
      await page.evaluate((text) => {
        for (const name of ['conversations', 'model', 'settings', 'theme'])
          localStorage.setItem(`chat:${name}`, text);
      }, kept);
      await page.reload();
      await page.getByText('Conversations stay in this browser.').waitFor();
      await ask(page, 'Hello');
      await page.getByText('You said “Hello”.').waitFor();
    },
  );

  test('a line of a megabyte is shown to its end, and the page answers meanwhile', async () => {
    const page = await bench.open();
    await ask(page, 'A megabyte, please');
    await page.getByRole('button', { name: /^Model/ }).click();
    await page.keyboard.press('Escape');
    await whole(page);
    expect((await answers(page).locator('.markdown').textContent())?.length).toBe(1_000_000);
  });
});
