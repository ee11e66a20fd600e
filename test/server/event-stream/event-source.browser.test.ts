import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestApp, startApp } from '../../support/app/app.ts';
import { findChromium, openBrowser } from '../../support/app/browser.ts';
import { createSteppedToy, type SteppedToy } from '../../support/app/stepped-toy.ts';
import { textDelta, toyOverrides } from '../../support/app/toy-provider.ts';

const executablePath = findChromium();
if (executablePath === undefined)
  process.stderr.write('There is no Chromium here: the tests of EventSource in a browser are skipped.\n');

/** What stands between a page and the server, and breaks every connection when it is asked to. */
const startProxy = async (to: number) => {
  const sockets = new Set<net.Socket>();
  const opened: string[] = [];
  const server = net.createServer((socket) => {
    const upstream = net.connect(to, '127.0.0.1');
    for (const each of [socket, upstream]) {
      sockets.add(each);
      each.on('error', () => undefined);
      each.on('close', () => {
        sockets.delete(each);
        socket.destroy();
        upstream.destroy();
      });
    }
    socket.on('data', (data) => opened.push(data.toString('latin1')));
    socket.pipe(upstream).pipe(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    /** What pages have sent so far, a request in each. */
    requests: opened as readonly string[],
    kill: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

/** An empty page, of an origin of its own. */
const servePage = async (html: string) => {
  const server = http.createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(html);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
};

const GENERATE = `subscription ($key: String) {
  generate(input: { model: "toy", prompt: "Hi" }, idempotencyKey: $key) { __typename ... on TextDelta { text } }
}`;
const addressOf = (url: string, variables: object, query = GENERATE): string =>
  `${url}?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`;

/** What a page does with an EventSource: it writes down each text, and how often it was connected. */
const READ = (address: string): void => {
  const seen = { texts: [] as string[], ids: [] as string[], opens: 0, state: 0 };
  Object.assign(globalThis, { seen });
  const source = new EventSource(address);
  source.addEventListener('open', () => (seen.opens += 1));
  source.addEventListener('error', () => (seen.state = source.readyState));
  source.addEventListener('next', (event: MessageEvent<string>) => {
    const { data } = JSON.parse(event.data) as { data?: { generate?: { text?: string } } };
    seen.ids.push(event.lastEventId);
    if (data?.generate?.text !== undefined) seen.texts.push(data.generate.text);
  });
};
const seenBy = (page: Page) =>
  page.evaluate<{ texts: string[]; ids: string[]; opens: number; state: number }>('seen');
const CLOSED = 2;

describe.skipIf(executablePath === undefined)('in Chromium', { timeout: 180_000 }, () => {
  let browser: Browser;
  let toy: SteppedToy;
  let app: TestApp;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  const pages: http.Server[] = [];
  beforeAll(async () => {
    browser = await openBrowser(executablePath ?? '');
  });
  afterAll(async () => {
    await browser.close();
    for (const server of pages) server.close();
  });
  beforeEach(async () => {
    toy = createSteppedToy();
    app = await startApp({ disconnectGraceMs: 60_000 }, toyOverrides(toy));
    proxy = await startProxy(Number(new URL(app.url).port));
    return async () => {
      await proxy.close();
      await app.close();
    };
  });

  const openPage = async (html = ''): Promise<Page> => {
    const { server, url } = await servePage(html);
    pages.push(server);
    const page = await browser.newPage();
    await page.goto(url);
    return page;
  };
  const received = (page: Page, text: string): Promise<void> =>
    expect.poll(async () => (await seenBy(page)).texts.join(''), { timeout: 60_000 }).toBe(text);

  test.each(['another origin', 'the same origin'])(
    'an EventSource of %s resumes after each broken connection, and stops at the end',
    async (from) => {
      const page = from === 'another origin' ? await openPage() : await browser.newPage();
      if (from === 'the same origin') await page.goto(new URL('/health/live', proxy.url).href);
      await page.evaluate(READ, addressOf(proxy.url, { key: 'once' }));
      let text = '';
      for (const word of ['one ', 'two ', 'three ']) {
        await toy.give(textDelta(word));
        text += word;
        await received(page, text);
        proxy.kill();
      }
      await toy.give(textDelta('four'));
      await toy.finish();
      await received(page, `${text}four`);
      await expect.poll(async () => (await seenBy(page)).state, { timeout: 60_000 }).toBe(CLOSED);
      const { ids, opens } = await seenBy(page);
      expect(new Set(ids).size).toBe(ids.length);
      expect(opens).toBeGreaterThanOrEqual(2);
      expect(toy.calls).toHaveLength(1);
      const last = proxy.requests.filter((sent) => sent.startsWith('GET /graphql')).at(-1);
      expect(last?.toLowerCase()).toContain(`last-event-id: ${ids.at(-1)?.toLowerCase()}`);
      await page.close();
    },
  );

  test('an EventSource whose operation is refused does not connect again', async () => {
    const page = await openPage();
    await page.evaluate(READ, addressOf(proxy.url, {}));
    await expect.poll(async () => (await seenBy(page)).state, { timeout: 60_000 }).toBe(CLOSED);
    expect((await seenBy(page)).opens).toBe(0);
    expect(toy.calls).toEqual([]);
    await page.close();
  });

  test('an EventSource of a query, which has no ids of its own, stops after its answer', async () => {
    const page = await openPage();
    await page.evaluate(READ, addressOf(proxy.url, {}, '{ __typename }'));
    await expect.poll(async () => (await seenBy(page)).state, { timeout: 60_000 }).toBe(CLOSED);
    expect((await seenBy(page)).ids).toEqual(['']);
    await page.close();
  });

  test('a script of a page of another origin queries by GET', async () => {
    const page = await openPage();
    const answer = await page.evaluate(
      async (address) => (await fetch(address)).json() as Promise<unknown>,
      addressOf(proxy.url, {}, '{ __typename }'),
    );
    expect(answer).toEqual({ data: { __typename: 'Query' } });
    await page.close();
  });

  test('what a page embeds, and a sandboxed frame, execute nothing', async () => {
    const address = addressOf(proxy.url, { key: 'once' }).replaceAll('"', '&quot;').replaceAll('&', '&amp;');
    const attack = `fetch('${addressOf(proxy.url, { key: 'once' }).replaceAll("'", '%27')}', { headers: { accept: 'text/event-stream' } }).finally(() => parent.postMessage('tried', '*'))`;
    const page = await openPage(`
      <img src="${address}"><script src="${address}"></script><link rel="stylesheet" href="${address}">
      <img crossorigin src="${address}"><iframe src="${address}"></iframe>
      <script>addEventListener('message', () => { globalThis.tried = true; })</script>
      <iframe sandbox="allow-scripts" srcdoc="<script>${attack.replaceAll('"', '&quot;')}</script>"></iframe>`);
    await page.waitForFunction('globalThis.tried === true', undefined, { timeout: 60_000 });
    expect(proxy.requests.length).toBeGreaterThanOrEqual(6);
    expect(toy.calls).toEqual([]);
    await page.close();
  });
});
