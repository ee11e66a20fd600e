import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Usage } from '../../../src/core/usage.ts';
import { ASK, codeOf } from '../../support/app/access.ts';
import type { TestApp } from '../../support/app/app.ts';
import { submitFile } from '../../support/app/batches.ts';
import { ANN, bearer, BOB, startLimited } from '../../support/app/limited-app.ts';
import { createToyProvider } from '../../support/app/toy-app.ts';
import { finishEvent, textDelta } from '../../support/app/toy-provider.ts';
import { findBatchEngines } from '../../support/databases/batch-database.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const NOW_MS = Date.parse('2026-11-29T06:00:20Z');
const CLOCK = { now: () => NOW_MS };

const usageOf = (inputTokens: number, outputTokens: number): Usage => ({
  inputTokens,
  outputTokens,
  totalTokens: inputTokens + outputTokens,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  audioInputTokens: null,
  source: 'provider',
});

const createAnswering = (answer: string, usage: Usage | null) =>
  createToyProvider(async function* () {
    yield textDelta(answer);
    yield finishEvent({ usage });
  });

const generate = (app: TestApp, key = ANN.key, input: Readonly<Record<string, unknown>> = {}) =>
  ASK.http(
    app,
    {
      query: 'mutation ($input: GenerateInput!) { generate(input: $input) { id } }',
      variables: { input: { model: 'toy', prompt: 'Hi', ...input } },
    },
    key,
  );

const remainingOf = async (app: TestApp, name: string): Promise<number | undefined> => {
  const { data } = await ASK.http(app, { query: '{ viewer { rateLimits { name remaining } } }' }, ANN.key);
  const limits = data.viewer.rateLimits as readonly { name: string; remaining: number }[];
  return limits.find((limit) => limit.name === name)?.remaining;
};

const engines = await findBatchEngines();

describe.each(engines)('amounts on $name', ({ problem, open }) => {
  it.skipIf(problem !== null)(
    'tokens: those of input and output count once the provider has reported them, and no more begins beyond the limit',
    async () => {
      await using database = await open();
      const toy = createAnswering('Hello', usageOf(30, 70));
      await using scene = await startLimited(
        { tokensPerMinute: 250 },
        { settings: database.settings, overrides: { ...toy.overrides, ...CLOCK } },
      );
      const codes: (string | null)[] = [];
      for (let count = 0; count < 5; count += 1) codes.push(codeOf(await generate(scene.app)));
      expect(codes).toEqual([null, null, null, 'RATE_LIMITED', 'RATE_LIMITED']);
      expect(toy.calls).toHaveLength(3);
      expect(codeOf(await generate(scene.app, BOB.key))).toBeNull();
      const refused = await generate(scene.app);
      expect(refused.errors?.[0]?.extensions).toMatchObject({
        limit: { name: 'tokensPerMinute', limit: 250, windowMs: 60_000, remaining: 0 },
      });
      expect(refused.errors?.[0]?.extensions?.['retryAfterMs']).toBeGreaterThan(0);
    },
  );

  it.skipIf(problem !== null)(
    'stored bytes: what a generation and the requests of a batch leave behind counts',
    async () => {
      await using database = await open();
      const toy = createAnswering('x'.repeat(4_000), null);
      await using scene = await startLimited(
        { storedBytesPerDay: 20_000 },
        { settings: database.settings, overrides: { ...toy.overrides, ...CLOCK } },
      );
      const { app } = scene;
      const codes: (string | null)[] = [];
      for (let count = 0; count < 7; count += 1) codes.push(codeOf(await generate(app)));
      expect(codes[0]).toBeNull();
      expect(codes.at(-1)).toBe('RATE_LIMITED');
      expect(codes.indexOf('RATE_LIMITED')).toBeGreaterThan(2);
      const remaining = await remainingOf(app, 'storedBytesPerDay');
      expect(codeOf(await generate(app, ANN.key, { store: false }))).toBeNull();
      expect(await remainingOf(app, 'storedBytesPerDay')).toBe(remaining);
      const line = JSON.stringify({ customId: 'a', input: { model: 'toy', prompt: 'x'.repeat(30_000) } });
      const headers = bearer(ANN.key);
      const { answer } = await submitFile(app, line, { headers });
      expect(codeOf(answer)).toBe('RATE_LIMITED');
      expect(answer.errors?.[0]?.extensions).toMatchObject({ path: ['input', 'file'] });
      expect(await database.query('SELECT count(*) AS total FROM batch_item')).toEqual([
        expect.objectContaining({ total: expect.toBeOneOf([0, '0']) }),
      ]);
      expect(codeOf((await submitFile(app, line, { headers: bearer(BOB.key) })).answer)).toBeNull();
    },
  );
});

/** A multipart body in chunks, without a length; gives what the server answers. */
const sendChunks = async (
  app: TestApp,
  count: number,
): Promise<{ readonly status: number; readonly body: string; readonly sent: number }> => {
  const operations = JSON.stringify({
    query: 'mutation ($file: Upload!) { submitBatch(input: { file: $file }) { id } }',
    variables: { file: null },
  });
  const part = (name: string, more = '') =>
    `--b\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const request = httpRequest(app.url, {
    method: 'POST',
    headers: {
      ...bearer(ANN.key),
      'content-type': 'multipart/form-data; boundary=b',
      'graphql-require-preflight': '1',
      'transfer-encoding': 'chunked',
    },
  });
  request.on('error', () => undefined);
  const response = once(request, 'response') as Promise<[IncomingMessage]>;
  request.write(`${part('operations')}${operations}\r\n${part('map')}{"0":["variables.file"]}\r\n`);
  request.write(part('0', '; filename="a.jsonl"'));
  const answered = new AbortController();
  response.then(
    () => answered.abort(),
    () => answered.abort(),
  );
  let sent = 0;
  for (; sent < count && !answered.signal.aborted; sent += 1)
    await new Promise((resolve) => request.write('x'.repeat(65_536), () => setImmediate(resolve)));
  request.end('\r\n--b--\r\n');
  const [message] = await response;
  return { status: message.statusCode ?? 0, body: await text(message), sent };
};

describe('uploaded bytes', () => {
  it('are refused before any is read where a body announces more than is left, and count as they have come', async () => {
    await using scene = await startLimited({ uploadedBytesPerDay: 100_000 }, { overrides: CLOCK });
    const { app } = scene;
    const headers = bearer(ANN.key);
    const first = await submitFile(app, 'x'.repeat(60_000), { headers });
    expect(codeOf(first.answer)).toBe('INVALID_REQUEST');
    const left = await remainingOf(app, 'uploadedBytesPerDay');
    expect(left).toBeGreaterThan(39_000);
    expect(left).toBeLessThan(40_000);
    const second = await submitFile(app, 'x'.repeat(60_000), { headers });
    expect(second.status).toBe(429);
    expect(second.answer.errors?.[0]?.extensions).toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterMs: expect.any(Number),
    });
    expect(await remainingOf(app, 'uploadedBytesPerDay')).toBe(left);
    const other = await submitFile(app, 'x'.repeat(60_000), { headers: bearer(BOB.key) });
    expect(codeOf(other.answer)).toBe('INVALID_REQUEST');
  });

  it('are refused to a client that sends all of them before it reads, and its connection goes on', async () => {
    await using scene = await startLimited({ uploadedBytesPerDay: 100_000 }, { overrides: CLOCK });
    const body = Buffer.alloc(4 * 1_048_576, 'x');
    const { hostname, port } = new URL(scene.app.url);
    const socket = connect(Number(port), hostname).setEncoding('utf8').pause();
    onTestFinished(() => void socket.destroy());
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: ${bearer(ANN.key).authorization}\r\n` +
        `content-type: multipart/form-data; boundary=b\r\ngraphql-require-preflight: 1\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.write(body, () => resolve());
    });
    socket.write('GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    const answers = await text(socket);
    expect(answers).toMatch(/^HTTP\/1\.1 429 [^]*"code":"RATE_LIMITED"[^]*HTTP\/1\.1 200 /);
  });

  it('count while they come where a body announces nothing, and leave no file behind when they are too many', async () => {
    const MIB = 1_048_576;
    await using folder = temporaryFolder();
    vi.stubEnv('TMPDIR', folder.path);
    onTestFinished(() => void vi.unstubAllEnvs());
    await using scene = await startLimited({ uploadedBytesPerDay: 2 * MIB }, { overrides: CLOCK });
    const { status, body } = await sendChunks(scene.app, 200);
    expect(status).toBe(429);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect(await remainingOf(scene.app, 'uploadedBytesPerDay')).toBeLessThan(MIB);
    const again = await sendChunks(scene.app, 200);
    expect(again.status).toBe(429);
    const entries = await readdir(folder.path, { recursive: true, withFileTypes: true });
    const sizes = entries
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
    expect(Math.max(0, ...sizes)).toBeLessThan(1_000);
  });
});
