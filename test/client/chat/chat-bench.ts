import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { findChromium, openBrowser } from '../../support/app/browser.ts';
import { type FaultyProxy, startFaultyProxy } from '../faulty-proxy.ts';
import { type ChatServer, startChatServer } from './chat-server.ts';
import { canBuildChat, type ChatSite, startChatSite } from './chat-site.ts';

const executablePath = findChromium();

/** False, with a message, where Chromium or the packages of the chat are missing. */
export const canShowChat = (): boolean => {
  const can = executablePath !== undefined && canBuildChat();
  if (!can)
    process.stderr.write(
      'Chromium or the packages of examples/chat are not here: the tests of the chat are skipped.\n',
    );
  return can;
};

export const FIRST_HALF = 'The first half of an answer that waits,';
export const SECOND_HALF = 'and the second half.';

/** A server, the chat and a browser for the tests of a file; a fresh profile of the browser for each test. */
export class ChatBench {
  server!: ChatServer;
  proxy!: FaultyProxy;
  context!: BrowserContext;
  #site!: ChatSite;
  #browser!: Browser;
  #callsBefore = 0;

  constructor() {
    beforeAll(() => this.#start());
    beforeEach(async () => {
      this.#callsBefore = this.server.calls.length;
      await this.context?.close();
      this.context = await this.#browser.newContext();
    });
    afterAll(() => this.#stop());
  }

  /** Calls of the provider in this test. */
  get calls(): number {
    return this.server.calls.length - this.#callsBefore;
  }

  /** The page, whose errors fail the test. */
  async open(url = this.#site.addressFor(this.proxy.url)): Promise<Page> {
    const page = await this.context.newPage();
    page.on('pageerror', (error) => expect.soft(error.message).toBe(''));
    await page.goto(url);
    await page.getByRole('button', { name: /Sonata 4/ }).waitFor();
    return page;
  }

  async #start(): Promise<void> {
    const started = [startChatServer(), startChatSite(), openBrowser(executablePath ?? '')] as const;
    [this.server, this.#site, this.#browser] = await Promise.all(started);
    this.proxy = await startFaultyProxy(this.server.url);
  }

  async #stop(): Promise<void> {
    await this.#browser?.close();
    await this.proxy?.[Symbol.asyncDispose]();
    await this.#site?.[Symbol.asyncDispose]();
    await this.server?.[Symbol.asyncDispose]();
  }
}

export const messageField = (page: Page): Locator => page.getByLabel('Message', { exact: true });

export const ask = async (page: Page, text: string): Promise<void> => {
  await messageField(page).fill(text);
  await messageField(page).press('Enter');
};

export const answers = (page: Page): Locator => page.getByRole('article', { name: 'Answer' });

/** Resolves once an answer is complete. */
export const whole = (page: Page): Promise<void> => page.getByText('began after').last().waitFor();
