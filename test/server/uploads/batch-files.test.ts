import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { MAX_MEDIA_BYTES } from '../../../src/core/message.ts';
import { type GraphqlResponse, request, startApp } from '../../support/app/app.ts';
import { endOfBatch, SUBMIT_BATCH, submitFile } from '../../support/app/batches.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { createToy, toyOverrides } from '../../support/app/toy-provider.ts';

const LINE = { customId: 'a', input: { model: 'seer', prompt: 'Hi' } };
const line = (changes: object = {}) => JSON.stringify({ ...LINE, ...changes });

const startSeer = async (settings: Parameters<typeof startApp>[0] = {}) => {
  const toy = createToy();
  const models = {
    seer: {
      reasoning: { type: 'effort', values: ['low', 'high'], default: 'low', canDisable: false },
      inputModalities: ['text', 'image'],
    },
  } as const;
  const app = await startApp(settings, toyOverrides(toy, models));
  return { app, toy, [Symbol.asyncDispose]: () => app.close() };
};

describe('a line of a file', () => {
  it('is the same as a request in the operation', async () => {
    await using server = await startSeer();
    const requests = [
      {
        customId: 'whole',
        input: {
          model: 'SEER',
          system: 'Be brief.',
          messages: [
            { user: [{ text: 'What is this?' }] },
            { assistant: { text: 'A?' } },
            { user: [{ text: 'ü 😀' }] },
          ],
          reasoning: { effort: 'HIGH' },
          maxOutputTokens: 7,
          onUnsupported: 'DROP_WITH_WARNING',
          temperature: 1,
          metadata: { kept: true },
        },
      },
    ];
    const inline = await request(server.app, SUBMIT_BATCH, { input: { requests } });
    const { answer } = await submitFile(server.app, `${JSON.stringify(requests[0])}\n`);
    expect(answer.errors).toBeUndefined();
    for (const { data } of [inline, answer]) await endOfBatch(server.app, data.submitBatch.id);
    expect(server.toy.calls).toHaveLength(2);
    expect(server.toy.calls[1]?.request).toEqual(server.toy.calls[0]?.request);
    expect(server.toy.calls[0]?.request).toMatchObject({ maxOutputTokens: 7, reasoning: { effort: 'high' } });
  });

  it('may follow a byte order mark and blank lines, and end in CRLF or not at all', async () => {
    await using server = await startSeer();
    const content = `\uFEFF${line()}\r\n\r\n  \n${line({ customId: 'b' })}`;
    const { answer } = await submitFile(server.app, content);
    expect(answer.errors).toBeUndefined();
    expect(answer.data.submitBatch.counts.total).toBe(2);
  });

  it.each<[string, BlobPart, readonly string[], RegExp]>([
    ['is not JSON', `${line()}\n\nnot json`, ['2'], /^The line is not JSON\.$/],
    ['is cut', `${line().slice(0, -1)}\n`, ['0'], /not JSON/],
    ['is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), ['0'], /not UTF-8/],
    ['is another kind of value', `${line()}\n7`, ['1'], /./],
    ['is null', 'null', ['0'], /customId and input/],
    ['lacks its name', JSON.stringify({ input: LINE.input }), ['0'], /customId/],
    ['lacks its request', '{"customId":"a"}', ['0'], /input/],
    ['has a field that there is not', line({ inptu: 1 }), ['0'], /inptu/],
    [
      'has a word that is none of the enum',
      line({ input: { ...LINE.input, reasoning: { effort: 'high' } } }),
      ['0', 'input', 'reasoning', 'effort'],
      /HIGH/,
    ],
    [
      'has two of what may be one',
      line({ input: { model: 'seer', messages: [{ system: 'a', user: [] }] } }),
      ['0', 'input', 'messages', '0'],
      /./,
    ],
    [
      'has an upload, which a file cannot bring',
      line({ input: { model: 'seer', messages: [{ user: [{ image: { source: { upload: 'x' } } }] }] } }),
      ['0', 'input', 'messages', '0', 'user', '0', 'image', 'source', 'upload'],
      /multipart/,
    ],
    [
      'nests too deeply',
      line({ input: { ...LINE.input, metadata: JSON.parse('['.repeat(200) + ']'.repeat(200)) as unknown } }),
      ['0'],
      /100 levels/,
    ],
    [
      'asks for what the model does not take',
      line({ input: { ...LINE.input, topP: 7 } }),
      ['0', 'input', 'topP'],
      /./,
    ],
  ])('that %s is refused with its place', async (_what, content, place, message) => {
    await using server = await startSeer();
    const { answer } = await submitFile(server.app, content);
    const [error] = answer.errors ?? [];
    expect(error?.extensions?.['path']).toEqual(['input', 'file', ...place]);
    expect(error?.message).toMatch(message);
    expect((await request(server.app, '{ batches { totalCount } }')).data.batches.totalCount).toBe(0);
    expect(server.app.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('that is wrong is told of together with all the others', async () => {
    await using server = await startSeer();
    const { answer } = await submitFile(server.app, `{\n${line()}\n{"customId":"b"}\n${line()}`);
    const problems = answer.errors?.[0]?.extensions?.['problems'] as { path: string[] }[];
    expect(problems.map(({ path }) => path[2])).toEqual(['0', '2', '3']);
  });

  it('that is wrong in several places is told of at each of them', async () => {
    await using server = await startSeer();
    const content = line({ customId: 7, input: { ...LINE.input, temperature: 'hot', promt: 'Hi' }, more: 1 });
    const { answer } = await submitFile(server.app, content);
    const problems = answer.errors?.[0]?.extensions?.['problems'] as { path: string[]; message: string }[];
    expect(problems.map(({ path }) => path.slice(2).join('.')).toSorted()).toEqual([
      '0',
      '0.customId',
      '0.input',
      '0.input.temperature',
    ]);
    expect(problems.map(({ message }) => message).join()).toMatch(/promt/);
  });
});

test('requests and a file together are refused', async () => {
  await using server = await startSeer();
  const { answer } = await submitFile(server.app, line(), { input: { requests: [LINE] } });
  expect(answer.errors).toMatchObject([{ extensions: { code: 'INVALID_REQUEST', path: ['input'] } }]);
});

describe('the size of an upload', () => {
  const padded = (bytes: number) => `${line({ input: { ...LINE.input, system: 'x'.repeat(bytes) } })}\n`;

  it('has a limit of its own for batches', async () => {
    await using server = await startSeer({ maxUploadBytes: 4_096, maxBatchFileBytes: 100_000 });
    expect((await submitFile(server.app, padded(90_000))).status).toBe(200);
    const { status, answer } = await submitFile(server.app, padded(100_000));
    expect([status, answer.errors?.[0]?.message]).toEqual([
      413,
      'The request body is larger than 100000 bytes.',
    ]);
  });

  it('is not raised by a batch for other operations', async () => {
    await using server = await startSeer({ maxUploadBytes: 4_096, maxBatchFileBytes: 10_000_000 });
    const form = new FormData();
    const query = 'query ($input: GenerateInput!) { previewGeneration(input: $input) { accepted } }';
    const input = { model: 'seer', messages: [{ user: [{ image: { source: { upload: null } } }] }] };
    form.append('operations', JSON.stringify({ query, variables: { input } }));
    form.append('map', JSON.stringify({ 0: ['variables.input.messages.0.user.0.image.source.upload'] }));
    form.append('0', new File([new Uint8Array(1_000_000)], 'a.png'));
    const headers = { 'graphql-require-preflight': '1' };
    expect((await fetch(server.app.url, { method: 'POST', headers, body: form })).status).toBe(413);
  });
});

test('an image that comes with a batch may be no larger than one that comes with a generation', async () => {
  await using server = await startSeer();
  const form = new FormData();
  const user = [{ image: { source: { upload: null } } }];
  const requests = [{ customId: 'a', input: { model: 'seer', messages: [{ user }] } }];
  form.append('operations', JSON.stringify({ query: SUBMIT_BATCH, variables: { input: { requests } } }));
  const path = 'input.requests.0.input.messages.0.user.0.image.source';
  form.append('map', JSON.stringify({ 0: [`variables.${path}.upload`] }));
  form.append('0', new File([new Uint8Array(MAX_MEDIA_BYTES + 1)], 'a.png'));
  const headers = { 'graphql-require-preflight': '1' };
  const response = await fetch(server.app.url, { method: 'POST', headers, body: form });
  expect(((await response.json()) as GraphqlResponse).errors).toMatchObject([
    {
      message: `There are ${MAX_MEDIA_BYTES + 1} bytes, more than ${MAX_MEDIA_BYTES}.`,
      extensions: { code: 'INVALID_REQUEST', path: path.split('.') },
    },
  ]);
});

describe('what is uploaded', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
    vi.stubEnv('TMPDIR', folder.path);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await folder[Symbol.asyncDispose]();
  });

  const filesOnDisk = async (): Promise<string[]> => {
    const entries = await readdir(folder.path, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name !== 'in-use')
      .map((entry) => join(entry.parentPath, entry.name));
  };

  const until = async (isSo: (files: string[]) => Promise<boolean> | boolean): Promise<string[]> => {
    for (;;) {
      const files = await filesOnDisk().catch(() => []);
      if (await isSo(files)) return files;
      await setImmediate();
    }
  };

  /** A request whose file has begun and does not end. */
  const openUpload = async (url: string): Promise<http.ClientRequest> => {
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
    upload.write(`${line()}\n`.repeat(10_000));
    return upload;
  };

  it('is on disk while it comes, readable by the server alone, and gone when its client is', async () => {
    await using server = await startSeer();
    const upload = await openUpload(server.app.url);
    const [path = ''] = await until(
      async ([file]) => file !== undefined && (await stat(file)).size > 100_000,
    );
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
    upload.destroy();
    await until((files) => files.length === 0);
    expect(server.app.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('is gone once the request is answered, whether it was taken or refused', async () => {
    await using server = await startSeer();
    expect((await submitFile(server.app, line())).answer.errors).toBeUndefined();
    expect(await filesOnDisk()).toEqual([]);
    expect((await submitFile(server.app, 'no json')).answer.errors).toHaveLength(1);
    expect(await filesOnDisk()).toEqual([]);
  });

  it('is gone when it turns out to be too large, or to end too early', async () => {
    await using server = await startSeer({ maxBatchFileBytes: 300_000, maxUploadBytes: 4_096 });
    const upload = await openUpload(server.app.url);
    const [response] = (await once(upload, 'response')) as [http.IncomingMessage];
    expect(response.statusCode).toBe(413);
    response.resume();
    upload.destroy();
    expect(await filesOnDisk()).toEqual([]);
  });

  it('is gone when the body ends in the middle of it', async () => {
    await using server = await startSeer();
    const upload = await openUpload(server.app.url);
    upload.end();
    const [response] = (await once(upload, 'response')) as [http.IncomingMessage];
    expect(response.statusCode).toBe(400);
    response.resume();
    expect(await filesOnDisk()).toEqual([]);
  });
});
