import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProviderError } from '../../src/core/errors.ts';
import type { StreamEvent } from '../../src/core/stream-event.ts';
import { request, startApp, type TestApp } from '../support/app/app.ts';
import { findChromium, openBrowser } from '../support/app/browser.ts';
import { createSteppedToy } from '../support/app/stepped-toy.ts';
import { finishEvent, textDelta, toyOverrides } from '../support/app/toy-provider.ts';
import { bundlePage, canBundle } from './browser/bundle-page.ts';
import { type PageHost, startPageHost } from './browser/page-host.ts';
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts';

const executablePath = findChromium();
const cannotRun =
  executablePath === undefined
    ? 'there is no Chromium here'
    : canBundle()
      ? undefined
      : 'the packages of client/ are not installed (npm ci in that folder)';
if (cannotRun !== undefined)
  process.stderr.write(`The tests of clients in a browser are skipped: ${cannotRun}.\n`);

/** Pages of client/test/pages, each of another client, with the transport where it is not the usual one. */
const CLIENTS = [
  'package-websocket',
  'package-sse',
  'apollo',
  'urql',
  'relay',
  'graphql-ws',
  'graphql-sse',
  'ai-sdk',
  'react',
  'event-source',
] as const;

const callEvent: StreamEvent = {
  type: 'tool-call',
  toolCall: {
    callId: 'call-1',
    name: 'get_weather',
    arguments: { city: 'Paris' },
    builtIn: false,
    result: null,
    opaque: null,
  },
};

/** What a page shows, read in the page. */
interface ShownState {
  readonly status: string;
  readonly text: string;
  readonly generationId?: string;
  readonly error?: { readonly code: string; readonly message: string };
  readonly toolCalls: number;
}

describe.skipIf(cannotRun !== undefined)('in Chromium, from another origin', { timeout: 120_000 }, () => {
  const toy = createSteppedToy();
  let host: PageHost;
  let app: TestApp;
  let proxy: FaultyProxy;
  let browser: Browser;
  beforeAll(async () => {
    host = await startPageHost(bundlePage);
    app = await startApp(
      { allowedOrigins: [host.origin], disconnectGraceMs: 60_000 },
      toyOverrides(toy, { toy: { functionCalling: true } }),
    );
    proxy = await startFaultyProxy(app.url);
    browser = await openBrowser(executablePath ?? '');
  });
  afterAll(async () => {
    await browser?.close();
    await proxy?.[Symbol.asyncDispose]();
    await app?.close();
    await host?.[Symbol.asyncDispose]();
  });

  interface OpenPage extends AsyncDisposable {
    readonly page: Page;
    readonly complaints: readonly string[];
    /** Waits for the program of the page. */
    readonly ready: () => Promise<void>;
    readonly run: (call: string) => Promise<unknown>;
    readonly shown: () => Promise<ShownState>;
    /** Waits until the state of the page fulfils a condition on `state`. */
    readonly until: (condition: string) => Promise<ShownState>;
  }

  const openPage = async (client: string): Promise<OpenPage> => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
    const [, program = client, transport = 'auto'] = /^(package)-(.+)$/.exec(client) ?? [];
    const query = new URLSearchParams({ server: proxy.url, transport });
    await page.goto(`${host.addressOf(program)}?${query}`);
    const ready = async (): Promise<void> => {
      const state = await page.waitForFunction('globalThis.failure ?? (globalThis.program && true)');
      expect(await state.jsonValue()).toBe(true);
    };
    await ready();
    const shown = () => page.evaluate<ShownState>('globalThis.state');
    return {
      page,
      complaints,
      ready,
      run: (call) => page.evaluate(`globalThis.program.${call}`),
      shown,
      until: async (condition) => {
        const met = page.waitForFunction(`(({ state }) => ${condition})(globalThis)`, undefined, {
          timeout: 60_000,
        });
        await met.catch(async (error: unknown) => {
          throw new Error(`${condition}: ${JSON.stringify(await shown())} ${complaints.join('\n')}`, {
            cause: error,
          });
        });
        return shown();
      },
      [Symbol.asyncDispose]: () => page.close(),
    };
  };

  const readGeneration = async (id: string | undefined) => {
    const { data } = await request(
      app,
      'query ($id: ID!) { generation(id: $id) { text status error { code } } }',
      { id },
    );
    return data.generation as { text: string; status: string; error: { code: string } | null };
  };

  /** Starts an answer in a page; gives the number of its call at the provider. */
  const start = async ({ run }: OpenPage, options = ''): Promise<number> => {
    const index = toy.calls.length;
    await run(`start('Hello'${options})`);
    await toy.call(index);
    return index;
  };

  const hasText = (text: string): string => `state.text === ${JSON.stringify(text)}`;

  describe.each(CLIENTS)('%s', (client) => {
    test('lists the models', async () => {
      await using open = await openPage(client);
      expect(await open.run('models()')).toEqual(['toy']);
      expect(open.complaints).toEqual([]);
    });

    test('streams an answer piece by piece', async () => {
      await using open = await openPage(client);
      const index = await start(open);
      await toy.give(textDelta('One, '));
      await open.until(hasText('One, '));
      await toy.give(textDelta('two.'));
      await toy.finish();
      const { text, generationId } = await open.until("state.status === 'completed'");
      expect(text).toBe('One, two.');
      expect(await readGeneration(generationId)).toMatchObject({ text, status: 'COMPLETED' });
      expect(toy.calls).toHaveLength(index + 1);
      expect(open.complaints).toEqual([]);
    });

    test('three connections lost in one answer neither lose nor repeat a piece, and ask once', async () => {
      await using open = await openPage(client);
      const index = await start(open);
      let whole = '';
      for (const piece of ['One, ', 'two, ', 'three, ']) {
        whole += piece;
        await toy.give(textDelta(piece));
        await open.until(hasText(whole));
        expect(proxy.cut()).toBeGreaterThan(0);
        // While the client is away.
        whole += `(${piece.trim()}) `;
        await toy.give(textDelta(`(${piece.trim()}) `));
      }
      await open.until(hasText(whole));
      await toy.give(textDelta('four.'));
      await toy.finish();
      const { text, generationId } = await open.until("state.status === 'completed'");
      expect(text).toBe(`${whole}four.`);
      expect(await readGeneration(generationId)).toMatchObject({ text, status: 'COMPLETED' });
      expect(toy.calls).toHaveLength(index + 1);
      expect(open.complaints).toEqual([]);
    });

    test('a page that is loaded anew in mid-stream goes on with the same answer', async () => {
      await using open = await openPage(client);
      const index = await start(open);
      await toy.give(textDelta('One, '));
      await open.until(hasText('One, '));
      await open.page.reload();
      await open.ready();
      await toy.give(textDelta('two, '));
      await open.run('resume()');
      await open.until(hasText('One, two, '));
      await toy.give(textDelta('three.'));
      await toy.finish();
      const { text, generationId } = await open.until("state.status === 'completed'");
      expect(text).toBe('One, two, three.');
      expect(await readGeneration(generationId)).toMatchObject({ text, status: 'COMPLETED' });
      expect(toy.calls).toHaveLength(index + 1);
      expect(open.complaints).toEqual([]);
    });

    test('stop cancels the answer at the provider, and keeps the text so far', async () => {
      await using open = await openPage(client);
      const index = await start(open);
      await toy.give(textDelta('One, '));
      await open.until(hasText('One, '));
      await open.run('stop()');
      await toy.aborted(index);
      const { text, generationId } = await open.until("state.status === 'cancelled'");
      expect(text).toBe('One, ');
      expect(await readGeneration(generationId)).toMatchObject({ text, status: 'CANCELLED' });
      expect(toy.calls).toHaveLength(index + 1);
    });

    test('a refused request is shown with its code, and nothing is asked', async () => {
      await using open = await openPage(client);
      const asked = toy.calls.length;
      await open.run("start('Hello', { model: 'tay' })");
      const { error } = await open.until("state.status === 'refused'");
      expect(error?.code).toBe('MODEL_NOT_FOUND');
      expect(error?.message).toContain('tay');
      expect(toy.calls).toHaveLength(asked);
    });

    test('a failure in mid-stream is shown with its code, and the text so far stays', async () => {
      await using open = await openPage(client);
      const index = await start(open);
      await toy.give(textDelta('One, '));
      await open.until(hasText('One, '));
      await toy.fail(new ProviderError('PROVIDER_FAILED', { provider: 'toy' }));
      const { text, error, generationId } = await open.until("state.status === 'failed'");
      expect(text).toBe('One, ');
      expect(error?.code).toBe('PROVIDER_FAILED');
      expect(await readGeneration(generationId)).toMatchObject({
        text,
        status: 'FAILED',
        error: { code: error?.code },
      });
      expect(toy.calls).toHaveLength(index + 1);
    });

    test('a tool of the page is called once, and the answer goes on with its result', async () => {
      await using open = await openPage(client);
      const index = await start(open, ', { tools: true }');
      await toy.give(callEvent, finishEvent({ reason: 'tool-calls', rawReason: 'tool_calls' }));
      const { request: second } = await toy.call(index + 1);
      await toy.give(textDelta('It is 21 degrees.'));
      await toy.finish();
      const { text, generationId, toolCalls } = await open.until("state.status === 'completed'");
      expect(text).toBe('It is 21 degrees.');
      expect(toolCalls).toBe(1);
      expect(second.messages.at(-1)).toMatchObject({
        callId: 'call-1',
        output: { degrees: 21, asked: { city: 'Paris' } },
      });
      expect(await readGeneration(generationId)).toMatchObject({ text, status: 'COMPLETED' });
      expect(toy.calls).toHaveLength(index + 2);
      expect(open.complaints).toEqual([]);
    });
  });
});
