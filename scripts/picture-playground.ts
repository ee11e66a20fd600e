import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
const PICTURE = fileURLToPath(new URL('../docs/playground.png', import.meta.url));
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const READY = /is ready at (http:\/\/[^"\s]+)/;

/** A server on the demo models alone, which keeps its data in the folder. */
const startServer = async (folder: string) => {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: REPOSITORY,
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', MODELGRAPH_DATA: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const text of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    const url = READY.exec(text)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error('The server has not started.');
};

/** `npm run picture` writes docs/playground.png: the first tab after it has run. */
const executablePath = CHROMIUM.find((place) => existsSync(place));
if (executablePath === undefined) throw new Error(`There is no Chromium at ${CHROMIUM.join(' or ')}.`);
const folder = await mkdtemp(join(tmpdir(), 'modelgraph-picture-'));
const { child, url } = await startServer(folder);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
await page.goto(url);
await page.locator('.graphiql-query-editor .view-line').first().waitFor();
await page.locator('.graphiql-execute-button').click();
await page.locator('#transcript[data-status="completed"]').waitFor();
await page.getByText('GenerationCompleted').last().waitFor();
await page.locator('#transcript .body').evaluate('document.querySelector("#transcript .body").scrollTop = 0');
await page.screenshot({ path: PICTURE });
await browser.close();
child.kill();
await once(child, 'exit');
await rm(folder, { recursive: true });
