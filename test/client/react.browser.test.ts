import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findChromium, openBrowser } from '../support/app/browser.ts';
import { canBundle } from './browser/bundle-page.ts';
import { bundleReactPage } from './browser/bundle-react-page.ts';
import { type PageHost, startPageHost } from './browser/page-host.ts';
import { type ChatServer, startChatServer } from './chat/chat-server.ts';

const executablePath = findChromium();
const canRun = executablePath !== undefined && canBundle();
if (!canRun)
  process.stderr.write(
    'Chromium or the packages of client/ are not here: the tests of the React hooks are skipped.\n',
  );

describe.skipIf(!canRun)('the React hooks under StrictMode', { timeout: 120_000 }, () => {
  let server: ChatServer;
  let pages: PageHost;
  let browser: Browser;
  let context: BrowserContext;
  let callsBefore = 0;
  beforeAll(async () => {
    [server, pages, browser] = await Promise.all([
      startChatServer(),
      startPageHost((name) => bundleReactPage(name)),
      openBrowser(executablePath ?? ''),
    ]);
  });
  beforeEach(async () => {
    callsBefore = server.calls.length;
    await context?.close();
    context = await browser.newContext();
  });
  afterAll(async () => {
    await browser?.close();
    await pages?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const calls = (): number => server.calls.length - callsBefore;
  const open = async (part: string, storage = 'local'): Promise<Page> => {
    const page = await context.newPage();
    page.on('pageerror', (error) => expect.soft(error.message).toBe(''));
    page.on('console', (message) => expect.soft(message.type() === 'error' ? message.text() : '').toBe(''));
    const query = new URLSearchParams({ server: server.url, part, storage });
    await page.goto(`${pages.addressOf('react-hooks')}?${query.toString()}`);
    await page.waitForFunction(part in { models: 0, suspense: 0 } ? 'seen.models' : `seen.${part}`);
    return page;
  };
  const until = async (page: Page, condition: string): Promise<void> => {
    await page.waitForFunction(condition, undefined, { timeout: 30_000 });
  };
  const send = (page: Page, text: string): Promise<unknown> =>
    page.evaluate(`seen.chat.send(${JSON.stringify({ text })})`);

  test('mounting starts nothing, and one message is one call', async () => {
    const page = await open('chat');
    await until(page, "seen.chat.status === 'ready'");
    expect(calls()).toBe(0);
    expect(
      await page.evaluate(
        "Promise.all([seen.chat.send({ text: 'Hello' }), seen.chat.send({ text: 'Hello' })])",
      ),
    ).toEqual([true, false]);
    await until(page, "seen.chat.status === 'ready' && seen.chat.messages.length === 2");
    expect(calls()).toBe(1);
    const answer = await page.evaluate<Record<string, unknown>>('seen.chat.messages[1]');
    expect(answer).toMatchObject({
      role: 'assistant',
      status: 'done',
      parts: [{ type: 'text', state: 'done', text: 'You said “Hello”. Media: none.' }],
      metadata: {
        model: 'sonata-4',
        usage: { inputTokens: 212 },
        cost: { total: 0.0024 },
        finishReason: 'STOP',
      },
    });
  });

  test('an unmounted chat leaves its answer, which goes on, and joins it when it is mounted again', async () => {
    const page = await open('chat');
    await send(page, 'Please hold');
    await until(page, "seen.chat.messages[1]?.parts[0]?.text?.includes('first half')");
    await page.evaluate('show(undefined)');
    await page.waitForFunction("document.querySelector('output') === null");
    await page.evaluate("show('chat')");
    await until(
      page,
      "seen.chat.messages[1]?.parts[0]?.text?.includes('first half') && seen.chat.status === 'streaming'",
    );
    server.open();
    await until(page, "seen.chat.status === 'ready'");
    expect(await page.evaluate('seen.chat.messages[1].parts[0].text')).toBe(
      'The first half of an answer that waits, and the second half.',
    );
    expect(calls()).toBe(1);
  });

  test.each(['local', 'slow'])(
    'a reload in mid-stream joins the answer, with the storage "%s"',
    async (storage) => {
      const page = await open('chat', storage);
      await until(page, "seen.chat.status === 'ready'");
      await send(page, 'Please hold');
      await until(page, "seen.chat.messages[1]?.parts[0]?.text?.includes('first half')");
      await page.reload();
      await until(page, "globalThis.seen?.chat?.status === 'streaming'");
      server.open();
      await until(page, "seen.chat.status === 'ready' && seen.chat.messages[1]?.status === 'done'");
      expect(calls()).toBe(1);
    },
  );

  test.each(['none', 'session'])(
    'a tab whose storage is its own, "%s", sends while another tab with the same id is answered',
    async (storage) => {
      const first = await open('chat', storage);
      await send(first, 'Please hold');
      await until(first, "seen.chat.messages[1]?.parts[0]?.text?.includes('first half')");
      const second = await open('chat', storage);
      expect(await send(second, 'Hello')).toBe(true);
      await until(second, "seen.chat.messages[1]?.status === 'done'");
      expect(await first.evaluate('[seen.chat.status, seen.chat.messages.length]')).toEqual(['streaming', 2]);
      server.open();
      await until(first, "seen.chat.messages[1]?.status === 'done'");
      expect(calls()).toBe(2);
    },
  );

  test('two chats of one page with the same id and storage show one conversation, which is asked once', async () => {
    const page = await open('chats');
    await until(page, "seen.chat.status === 'ready' && seen.chats.status === 'ready'");
    await send(page, 'Please hold');
    await until(page, "seen.chats.messages[1]?.parts[0]?.text?.includes('first half')");
    expect(await page.evaluate("seen.chats.send({ text: 'Hello' })")).toBe(false);
    await page.evaluate('seen.chats.stop()');
    await until(page, "seen.chat.status === 'ready' && seen.chats.messages[1]?.status === 'stopped'");
    expect(await page.evaluate('seen.chat.messages[1].status')).toBe('stopped');
    expect(calls()).toBe(1);
  });

  test('a storage that is full says so, and the chat goes on', async () => {
    const page = await open('chat', 'full');
    await send(page, 'Hello');
    await until(
      page,
      "seen.chat.status === 'ready' && seen.chat.messages[1]?.status === 'done' && !seen.chat.isKept",
    );
    await send(page, 'Hello again');
    await until(page, "seen.chat.messages[3]?.status === 'done'");
    expect(calls()).toBe(2);
  });

  test.each([
    '{"version":99}',
    'not JSON',
    '{"version":1,"value":{"messages":[{"id":3}]}}',
    '{"version":1,"value":{"headId":"a","messages":[{"id":"a","role":"user","parts":[null],"metadata":{}}]}}',
    '{"version":1,"value":{"headId":"a","messages":[{"id":"a","role":"assistant","parts":[],"metadata":null}]}}',
    '{"version":1,"value":{"headId":"a","messages":[{"id":"a","role":"assistant","parts":[{"type":"text"}],"metadata":{}}]}}',
  ])('what is kept as %s is discarded', async (kept) => {
    const page = await open('chat');
    await page.evaluate(`localStorage.setItem('modelgraph-chat:page', ${JSON.stringify(kept)})`);
    await page.reload();
    await until(page, "globalThis.seen?.chat?.status === 'ready'");
    expect(await page.evaluate('seen.chat.messages')).toEqual([]);
  });

  test('a tool without a function waits for the result of a person', async () => {
    const page = await open('chat');
    await send(page, 'Use the tool');
    await until(
      page,
      "seen.chat.messages[1]?.parts[1]?.state === 'ready' && seen.chat.status === 'requires-action'",
    );
    expect(await page.evaluate("seen.chat.addToolResult('call_1', { value: 14 })")).toBe(true);
    await until(page, "seen.chat.status === 'ready'");
    const parts = await page.evaluate<readonly Record<string, unknown>[]>('seen.chat.messages[1].parts');
    expect(parts.map(({ type, state }) => [type, state])).toEqual([
      ['text', 'done'],
      ['tool', 'answered'],
      ['text', 'done'],
    ]);
    expect(parts[2]?.['text']).toBe('The tool said {"value":14}.');
    expect(calls()).toBe(2);
  });

  test('stop ends the generation for the provider', async () => {
    const page = await open('chat');
    await send(page, 'Please hold');
    await until(page, "seen.chat.messages[1]?.parts[0]?.text?.includes('first half')");
    await page.evaluate('seen.chat.stop()');
    await until(page, "seen.chat.status === 'ready' && seen.chat.messages[1].status === 'stopped'");
    await expect.poll(() => server.calls.at(-1)?.signal.aborted, { timeout: 30_000 }).toBe(true);
  });

  test('a refused request fails with its code, and retry asks again', async () => {
    const page = await open('chat');
    await send(page, 'Please fail once under StrictMode');
    await until(page, "seen.chat.status === 'failed'");
    expect(await page.evaluate('seen.chat.error.code')).toBe('PROVIDER_OVERLOADED');
    await page.evaluate('seen.chat.retry()');
    await until(page, "seen.chat.status === 'ready'");
    expect(await page.evaluate('seen.chat.messages.length')).toBe(2);
    expect(calls()).toBe(2);
  });

  test('useGeneration starts one however often it is called, and a reload joins it', async () => {
    const page = await open('generation');
    expect(calls()).toBe(0);
    await page.evaluate(`(() => {
      const input = { model: 'sonata-4', prompt: 'Please hold' };
      seen.generation.start(input);
      seen.generation.start(input);
    })()`);
    await until(page, "seen.generation.snapshot.text.includes('first half')");
    await page.reload();
    await until(page, "globalThis.seen?.generation?.snapshot?.text?.includes('first half')");
    server.open();
    await until(page, "seen.generation.status === 'completed'");
    expect(await page.evaluate('seen.generation.snapshot.text')).toContain('and the second half.');
    expect(calls()).toBe(1);
  });

  test('useObject gives the object while it grows, by a schema of Zod', async () => {
    const page = await open('object');
    await page.evaluate("seen.object.submit({ prompt: 'An object, on hold' })");
    await until(page, 'seen.object.partial?.sights?.length === 1');
    expect(await page.evaluate('seen.object.object')).toBeUndefined();
    server.open();
    await until(page, "seen.object.status === 'completed'");
    expect(await page.evaluate('seen.object.object')).toEqual({ city: 'Paris', sights: ['Louvre', 'Orsay'] });
    expect(calls()).toBe(1);
  });

  test('models are asked for once by all components, with and without Suspense', async () => {
    for (const part of ['models', 'suspense']) {
      const page = await context.newPage();
      let asked = 0;
      page.on('request', (request) => {
        if (request.postData()?.includes('query Models') === true) asked += 1;
      });
      const query = new URLSearchParams({ server: server.url, part });
      await page.goto(`${pages.addressOf('react-hooks')}?${query.toString()}`);
      await page.getByText('models are there').first().waitFor();
      expect(await page.evaluate('seen.models')).toEqual({ status: 'ready', names: ['sonata-4'] });
      expect(asked).toBe(1);
      await page.close();
    }
  });
});
