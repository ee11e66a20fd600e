import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { request } from '../support/app/app.ts';
import { startServerProcess } from '../support/app/server-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MUTATION = `mutation { generate(input: { model: "demo", prompt: "Hi" }, idempotencyKey: "key") { id } }`;

test('an upload that the disk does not take is refused with SERVICE_UNAVAILABLE, and the next one is taken', async () => {
  await using folder = temporaryFolder();
  const temporary = join(folder.path, 'temporary');
  await mkdir(temporary);
  await using server = await startServerProcess({ MODELGRAPH_DATA: 'memory', TMPDIR: temporary });
  const submit = async () => {
    const form = new FormData();
    const query = 'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { counts { total } } }';
    form.set('operations', JSON.stringify({ query, variables: { input: { file: null } } }));
    form.set('map', JSON.stringify({ 0: ['variables.input.file'] }));
    const line = JSON.stringify({ customId: 'one', input: { model: 'demo', prompt: 'Hi' } });
    form.set('0', new Blob([line]), 'requests.jsonl');
    const headers = { 'graphql-require-preflight': '1' };
    const response = await fetch(server.url, { method: 'POST', headers, body: form });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  await rm(temporary, { recursive: true });
  const refused = await submit();
  expect(refused).toMatchObject({
    status: 503,
    body: { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } }] },
  });
  expect(JSON.stringify(refused)).not.toContain(temporary);
  await server.printed('an upload could not be stored');
  await mkdir(temporary);
  expect(await submit()).toEqual({ status: 200, body: { data: { submitBatch: { counts: { total: 1 } } } } });
});

test('a server whose data folder is deleted says so, takes nothing that it could not keep, and is not ready', async () => {
  await using folder = temporaryFolder();
  const data = join(folder.path, 'data');
  await using server = await startServerProcess({ MODELGRAPH_DATA: data, MODELGRAPH_DEMO_DELAY_MS: '0' });
  expect((await request(server, MUTATION)).errors).toBeUndefined();
  await rm(data, { recursive: true });
  await server.printed('were deleted or replaced');
  const { errors } = await request(server, MUTATION.replace('"key"', '"other"'));
  expect(errors?.[0]).toMatchObject({
    message: expect.stringContaining('has lost its files'),
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  });
  const ready = async (): Promise<number> => (await fetch(new URL('/health/ready', server.url))).status;
  await expect.poll(ready, { timeout: 60_000 }).toBe(503);
});
