import { describe, expect, it } from 'vitest';
import { startApp } from '../support/app/app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startServerProcess } from '../support/app/server-process.ts';

describe('a server whose port is taken', () => {
  it('lets go of everything it had opened', async () => {
    await using folder = temporaryFolder();
    await using other = await startApp();
    const port = Number(new URL(other.url).port);
    await expect(startApp({ port, dataDirectory: folder.path })).rejects.toThrow(/another program/);
    await using app = await startApp({ dataDirectory: folder.path });
    expect((await fetch(new URL('/health/ready', app.url))).status).toBe(200);
  });

  it('says so and ends by itself', async () => {
    await using other = await startApp();
    await expect(startServerProcess({ PORT: new URL(other.url).port })).rejects.toThrow(/another program/);
  });
});
