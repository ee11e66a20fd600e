import { describe, expect, test } from 'vitest';
import {
  answers,
  ask,
  canShowChat,
  ChatBench,
  FIRST_HALF,
  messageField,
  SECOND_HALF,
  whole,
} from './chat/chat-bench.ts';

describe.skipIf(!canShowChat())('the chat in Chromium', { timeout: 120_000 }, () => {
  const bench = new ChatBench();

  test('one message is one call of the provider, and its answer shows model, tokens and cost', async () => {
    const page = await bench.open();
    await ask(page, 'Hello');
    await whole(page);
    expect(await answers(page).locator('.markdown').textContent()).toBe('You said “Hello”. Media: none.');
    expect(await page.locator('.facts').textContent()).toContain(
      'sonata-4 · 212\u00A0in,\u00A0187\u00A0out · $0.0024',
    );
    expect(bench.calls).toBe(1);
    await page.reload();
    await page.getByText('You said “Hello”').waitFor();
    expect(bench.calls).toBe(1);
  });

  test('two presses of Enter send once', async () => {
    const page = await bench.open();
    const message = messageField(page);
    await message.fill('Hello twice');
    await message.evaluate((element) => {
      for (let press = 0; press < 3; press += 1)
        element.dispatchEvent(
          new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }),
        );
    });
    await whole(page);
    expect(await answers(page).count()).toBe(1);
    expect(bench.calls).toBe(1);
  });

  test('an answer survives a reload in mid-stream and is not asked for again', async () => {
    const page = await bench.open();
    await ask(page, 'Please hold');
    await page.getByText(FIRST_HALF).waitFor();
    await page.reload();
    await page.getByText(FIRST_HALF).waitFor();
    bench.server.open();
    await page.getByText(`${FIRST_HALF} ${SECOND_HALF}`).waitFor();
    await whole(page);
    expect(bench.calls).toBe(1);
  });

  test('an answer that ended while the page was away is there when it comes back', async () => {
    const page = await bench.open();
    await ask(page, 'Please hold');
    await page.getByText(FIRST_HALF).waitFor();
    const url = page.url();
    await page.goto('about:blank');
    bench.server.open();
    await page.goto(url);
    await page.getByText(`${FIRST_HALF} ${SECOND_HALF}`).waitFor();
    expect(bench.calls).toBe(1);
  });

  test('three lost connections in one answer neither drop nor double a word', async () => {
    const page = await bench.open();
    await ask(page, 'Please hold');
    await page.getByText(FIRST_HALF).waitFor();
    for (let cut = 0; cut < 3; cut += 1) {
      const connected = bench.proxy.connected();
      bench.proxy.cut();
      await connected;
    }
    bench.server.open();
    await whole(page);
    expect(await answers(page).locator('.markdown').textContent()).toBe(`${FIRST_HALF} ${SECOND_HALF}`);
    expect(bench.calls).toBe(1);
  });

  test('Escape stops an answer, for the provider too', async () => {
    const page = await bench.open();
    await ask(page, 'Please hold');
    await page.getByText(FIRST_HALF).waitFor();
    await messageField(page).press('Escape');
    await page.getByText('stopped', { exact: false }).first().waitFor();
    await expect.poll(() => bench.server.calls.at(-1)?.signal.aborted, { timeout: 30_000 }).toBe(true);
    expect(await answers(page).locator('.markdown').textContent()).toContain(FIRST_HALF);
    await ask(page, 'Hello after that');
    await page.getByText('You said “Hello after that”').waitFor();
    expect(bench.calls).toBe(2);
  });

  test('a second tab follows the answer of the first, cannot send meanwhile, and takes over when the first is closed', async () => {
    const first = await bench.open();
    await ask(first, 'Please hold');
    await first.getByText(FIRST_HALF).waitFor();
    const second = await bench.open(first.url());
    await second.getByText(FIRST_HALF).waitFor();
    await messageField(second).fill('Me too');
    await messageField(second).press('Enter');
    expect(await second.getByRole('button', { name: 'Stop' }).isVisible()).toBe(true);
    await first.close();
    bench.server.open();
    await second.getByText(`${FIRST_HALF} ${SECOND_HALF}`).waitFor();
    await whole(second);
    expect(bench.calls).toBe(1);
    expect(await messageField(second).inputValue()).toBe('Me too');
    await second.reload();
    await second.getByText(`${FIRST_HALF} ${SECOND_HALF}`).waitFor();
    await second.getByText('began after').waitFor();
    expect(bench.calls).toBe(1);
  });

  test('a message of one tab shows in another one that was open before it', async () => {
    const first = await bench.open();
    const second = await bench.open(first.url());
    await ask(first, 'Hello from the first tab');
    await second.getByText('You said “Hello from the first tab”').waitFor();
    await whole(second);
    await ask(second, 'And from the second');
    await first.getByText('You said “And from the second”').waitFor();
    expect(bench.calls).toBe(2);
  });

  test('a tool of the page is run once, though two tabs see its call', async () => {
    const first = await bench.open();
    const second = await bench.open(first.url());
    await ask(first, 'Use the tool');
    for (const page of [first, second]) {
      await page.getByText('The tool said {"expression":"(3 + 4) * 2","value":14}.').waitFor();
      expect(await page.locator('details.tool').textContent()).toContain('answered');
    }
    // The call, and the turn that its result is given to.
    expect(bench.calls).toBe(2);
  });

  test('a failure before the first word is retried in its place', async () => {
    const page = await bench.open();
    await ask(page, 'Please fail once');
    await page.locator('.failure-title', { hasText: 'The provider is overloaded' }).waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('You said “Please fail once”').waitFor();
    expect(await answers(page).count()).toBe(1);
    expect(await page.getByText('1 of 2').count()).toBe(0);
    expect(bench.calls).toBe(2);
  });

  test('a failure in mid-answer keeps what had come, also after a reload', async () => {
    const page = await bench.open();
    await ask(page, 'Now break');
    await page.getByText('The answer broke off').waitFor();
    await page.reload();
    await page.getByText('The answer broke off').waitFor();
    expect(await answers(page).locator('.markdown').textContent()).toContain('This answer breaks');
    expect(bench.calls).toBe(1);
  });

  test('an edited message and another answer keep what they replace as branches', async () => {
    const page = await bench.open();
    await ask(page, 'The first wording');
    await whole(page);
    await messageField(page).press('ArrowUp');
    const editor = page.getByLabel('Your message');
    await editor.fill('The second wording');
    await editor.press('Enter');
    await page.getByText('You said “The second wording”').waitFor();
    await page.getByRole('button', { name: 'Version before' }).click();
    await page.getByText('You said “The first wording”').waitFor();
    await page.getByRole('button', { name: 'Answer again' }).click();
    await page.getByText('2 of 2').waitFor();
    expect(bench.calls).toBe(3);
    await page.reload();
    await page.getByText('1 of 2').waitFor();
    expect(bench.server.calls.at(-1)?.request.messages).toHaveLength(1);
  });

  test('what was said before goes along with the next message', async () => {
    const page = await bench.open();
    await ask(page, 'One');
    await whole(page);
    await ask(page, 'Two');
    await page.getByText('You said “Two”').waitFor();
    expect(bench.server.calls.at(-1)?.request.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
    ]);
  });

  test('a server that is away is said, and the answer goes on when it is back', async () => {
    const page = await bench.open();
    await ask(page, 'Please hold');
    await page.getByText(FIRST_HALF).waitFor();
    await bench.context.setOffline(true);
    bench.proxy.cut();
    await page.getByText(/This device is offline|The server does not answer/).waitFor();
    await bench.context.setOffline(false);
    bench.server.open();
    await page.getByText(`${FIRST_HALF} ${SECOND_HALF}`).waitFor();
    await page.locator('.notice').waitFor({ state: 'detached' });
    expect(bench.calls).toBe(1);
  });

  test('a conversation that is deleted in mid-answer stops it for the provider, and leaves nothing behind', async () => {
    const page = await bench.open();
    await ask(page, 'Please hold');
    await page.getByText(FIRST_HALF).waitFor();
    await page.getByRole('button', { name: 'Delete “Please hold”' }).click();
    await page.getByRole('heading', { name: 'What would you like to know?' }).waitFor();
    await expect.poll(() => bench.server.calls.at(-1)?.signal.aborted).toBe(true);
    const kept = await page.evaluate(`new Promise((done) => {
      const open = indexedDB.open('modelgraph-chat');
      open.onsuccess = () => {
        const keys = open.result.transaction('texts').objectStore('texts').getAllKeys();
        keys.onsuccess = () => done(keys.result);
      };
    })`);
    expect(kept).toEqual([]);
  });

  test('a browser that may keep nothing is said to lose the conversation, and the chat goes on', async () => {
    await bench.context.addInitScript(
      "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('', 'SecurityError'); } })",
    );
    const page = await bench.open();
    await ask(page, 'Hello');
    await whole(page);
    await page.getByText('a reload would lose it').waitFor();
  });

  test('a storage with foreign content starts an empty conversation', async () => {
    const page = await bench.open();
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
