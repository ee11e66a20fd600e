import http from 'node:http';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SUBMIT_BATCH } from '../../support/app/batches.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { startServerProcess } from '../../support/app/server-process.ts';

const LINES = 10_000;

/** A file of requests that has come in, and does not end until it is told to. */
const openUpload = (url: string): http.ClientRequest => {
  const upload = http.request(url, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x', 'graphql-require-preflight': '1' },
  });
  const field = (name: string, value: object): string =>
    `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${JSON.stringify(value)}\r\n`;
  upload.on('error', () => undefined);
  upload.write(field('operations', { query: SUBMIT_BATCH, variables: { input: { file: null } } }));
  upload.write(field('map', { 0: ['variables.input.file'] }));
  upload.write('--x\r\ncontent-disposition: form-data; name="0"; filename="a.jsonl"\r\n\r\n');
  for (let index = 0; index < LINES; index += 1)
    upload.write(`{"customId":"${index}","input":{"model":"demo","prompt":"Hi"}}\n`);
  return upload;
};

test('a server that starts removes the uploads of one that was killed, and leaves those of one that lives', async () => {
  await using folder = temporaryFolder();
  const environment = { TMPDIR: folder.path };
  const folders = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const name of await readdir(folder.path)) {
      const files = await readdir(join(folder.path, name)).catch(() => []);
      const sizes = await Promise.all(
        files.map(async (file) => (await stat(join(folder.path, name, file))).size),
      );
      if (Math.max(0, ...sizes) > 100_000) found.push(name);
    }
    return found;
  };
  const untilThere = async (count: number): Promise<readonly string[]> => {
    for (;;) {
      const found = await folders();
      if (found.length === count) return found;
      await setImmediate();
    }
  };

  await using killed = await startServerProcess(environment);
  const abandoned = openUpload(killed.url);
  const [left] = await untilThere(1);
  await using living = await startServerProcess(environment);
  const upload = openUpload(living.url);
  const used = (await untilThere(2)).filter((name) => name !== left);
  killed.child.kill('SIGKILL');
  await killed.exited;
  abandoned.destroy();
  expect(await folders()).toHaveLength(2);

  await using started = await startServerProcess(environment);
  expect(await folders()).toEqual(used);
  upload.end('\r\n--x--\r\n');
  const [response] = (await once(upload, 'response')) as [http.IncomingMessage];
  expect(await json(response)).toMatchObject({ data: { submitBatch: { counts: { total: LINES } } } });
  expect(await folders()).toEqual([]);
  expect(started.lines.filter((line) => line.includes('"level":"warn"'))).toEqual([]);
}, 60_000);
