import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, openBrowser } from '../support/app/browser.ts';
import { type ChatServer, startChatServer } from './chat/chat-server.ts';
import { AXE, canBuildChat, type ChatSite, startChatSite } from './chat/chat-site.ts';

const executablePath = findChromium();
const canRun = executablePath !== undefined && canBuildChat();
if (!canRun)
  process.stderr.write(
    'Chromium or the packages of examples/chat are not here: how the chat looks is not checked.\n',
  );

/** Where pictures of each state go; without it none are made. */
const pictures = process.env['CHAT_PICTURES'];

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

const SIZES = [
  [390, 844],
  [1_024, 768],
  [1_440, 900],
] as const;

describe.skipIf(!canRun)('the chat, looked at', { timeout: 180_000 }, () => {
  let server: ChatServer;
  let site: ChatSite;
  let browser: Browser;
  beforeAll(async () => {
    [server, site, browser] = await Promise.all([
      startChatServer(),
      startChatSite(),
      openBrowser(executablePath ?? ''),
    ]);
    if (pictures !== undefined) await mkdir(pictures, { recursive: true });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  /** Serious and critical findings of axe in what is shown now. */
  const findings = async (page: Page): Promise<readonly string[]> => {
    await page.evaluate('Promise.all(document.getAnimations().map((animation) => animation.cancel()))');
    const { violations } = await page.evaluate<{ readonly violations: readonly Finding[] }>('axe.run()');
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`).join(' | ')}`,
      );
  };

  const open = async (context: BrowserContext): Promise<Page> => {
    const page = await context.newPage();
    await page.addInitScript({ path: AXE });
    await page.goto(site.addressFor(server.url));
    await page.getByRole('heading', { name: 'What would you like to know?' }).waitFor();
    return page;
  };

  const ask = async (page: Page, text: string): Promise<void> => {
    await page.getByLabel('Message', { exact: true }).fill(text);
    await page.keyboard.press('Enter');
  };

  for (const colorScheme of ['light', 'dark'] as const)
    test.each(SIZES)(
      `in ${colorScheme} at %i pixels no state has a serious finding`,
      async (width, height) => {
        await using context = await browser.newContext({ colorScheme, viewport: { width, height } });
        const page = await open(context);
        const found: string[] = [];
        const look = async (name: string): Promise<void> => {
          if (pictures !== undefined)
            await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`) });
          found.push(...(await findings(page)).map((finding) => `${name}: ${finding}`));
          const scrolls = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
          if (scrolls === true) found.push(`${name}: the page scrolls sideways`);
        };
        await page.getByText('Sonata').or(page.getByText('Sketch')).first().waitFor();
        await look('welcome');
        await page.getByRole('button', { name: /^Model/ }).click();
        await look('models');
        await page.getByText('Sonata 4', { exact: true }).last().click();
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'Settings' }).click();
        await look('settings');
        await page.keyboard.press('Escape');
        await ask(page, 'A rich answer, please');
        await page.getByText('began after').waitFor();
        await look('answer-end');
        await page.getByText('Reasoning', { exact: true }).click();
        await page.locator('.scroller').evaluate((scroller) => scroller.scrollTo(0, 0));
        await look('answer');
        await ask(page, 'Use the tool');
        await page.getByText('The tool said').waitFor();
        await page.getByText('calculate', { exact: true }).click();
        await ask(page, 'Now break off');
        await page.getByText('The answer broke off').waitFor();
        await look('tool-and-failure');
        await page.getByRole('button', { name: 'Edit the message' }).last().click();
        await look('edit');
        if (width < 960) {
          await page.getByRole('button', { name: 'Conversations' }).click();
          await look('conversations');
        }
        expect(found).toEqual([]);
      },
    );
});
