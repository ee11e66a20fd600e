import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createHash } from 'node:crypto';
import { parse, validate } from 'graphql';
import { describe, expect, it, test } from 'vitest';
import { runBatchCommand } from '../../cli/batch/run.ts';
import { toRequestLine } from '../../cli/batch/request-file.ts';
import { createSchema } from '../../src/schema/index.ts';
import { startApp } from '../support/app/app.ts';
import { startUpstream } from '../support/upstream/upstream-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { createToy, toyOverrides, untilAborted } from '../support/app/toy-provider.ts';

const GUIDE = new URL('../../docs/batches.md', import.meta.url);

const createTerminal = (signal = new AbortController().signal, isTerminal = false) => {
  let written = '';
  let printed = '';
  const collect = (take: (piece: string) => void): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        take(chunk.toString());
        done();
      },
    });
  return {
    output: collect((piece) => (written += piece)),
    errors: collect((piece) => (printed += piece)),
    isTerminal,
    commandName: 'npm run batch --',
    signal,
    written: () => written,
    printed: () => printed,
  };
};

const run = async (words: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
  const terminal = createTerminal();
  const code = await runBatchCommand(words, environment, terminal);
  return { code, output: terminal.written(), errors: terminal.printed() };
};

describe('the guide to batches', () => {
  it('can be followed as it is written', async () => {
    await using app = await startApp();
    await using folder = temporaryFolder();
    const guide = await readFile(GUIDE, 'utf8');
    const [, lines = ''] = /^```jsonl\n(.*?)^```/ms.exec(guide) ?? [];
    await writeFile(join(folder.path, 'questions.jsonl'), lines);
    const commands = [...guide.matchAll(/^npm run batch -- (.+)$/gm)].map(([, words = '']) =>
      words.split(' '),
    );
    expect(commands.map(([name]) => name)).toEqual([
      'submit',
      'status',
      'status',
      'results',
      'cancel',
      'list',
    ]);
    let id = '';
    for (const words of commands) {
      const given = words.map((word) =>
        word.endsWith('.jsonl') ? join(folder.path, word) : word.replace('<id>', id),
      );
      const { code, output, errors } = await run([...given, '--url', app.url]);
      expect([words.join(' '), code, code === 0 ? '' : errors]).toEqual([words.join(' '), 0, '']);
      id ||= /batch_\w+/.exec(output)?.[0] ?? '';
      if (words[0] !== 'results')
        expect(output).toMatch(/^(.* QUEUED 0\/2.*\n)?batch_\w+ "Primes" COMPLETED 2\/2/);
    }
    const answers = (await readFile(join(folder.path, 'answers.jsonl'), 'utf8')).trim().split('\n');
    expect(answers.map((answer) => JSON.parse(answer) as unknown)).toMatchObject([
      { customId: 'seven', status: 'SUCCEEDED', text: expect.stringContaining('7 is a prime number') },
      { customId: 'nine', status: 'SUCCEEDED', text: expect.stringContaining('9 is not a prime number') },
    ]);
  });

  it('has only operations that the schema takes', async () => {
    const guide = await readFile(GUIDE, 'utf8');
    const blocks = [...guide.matchAll(/^```graphql\n(.*?)^```/gms)].map(([, block = '']) => block);
    const inCommands = [...guide.matchAll(/"query": "((?:[^"\\]|\\.)*)"/g)].map(
      ([, query = '']) => JSON.parse(`"${query}"`) as string,
    );
    expect(blocks.length + inCommands.length).toBe(4);
    for (const operation of [...blocks, ...inCommands])
      expect([operation, validate(createSchema(), parse(operation))]).toEqual([operation, []]);
  });
});

test.each([
  ['{"customId":"a","prompt":"Hi"}', null, { customId: 'a', input: { prompt: 'Hi' } }],
  ['{"customId":"a","prompt":"Hi"}', 'gpt', { customId: 'a', input: { model: 'gpt', prompt: 'Hi' } }],
  [
    '{"customId":"a","input":{"prompt":"Hi"}}',
    'gpt',
    { customId: 'a', input: { model: 'gpt', prompt: 'Hi' } },
  ],
  [
    '{"customId":"a","input":{"model":"o","prompt":"Hi"}}',
    'gpt',
    { customId: 'a', input: { model: 'o', prompt: 'Hi' } },
  ],
  [
    '{"customId":"a","input":{"prompt":"Hi"},"more":1}',
    null,
    { customId: 'a', input: { prompt: 'Hi' }, more: 1 },
  ],
])('the line %s with the model %s is a whole request', (line, model, whole) => {
  expect(JSON.parse(toRequestLine(line, model))).toEqual(whole);
});

test.each(['', '  ', 'no json', '7', '{"customId":"a","input":7}'])(
  'the line %j is left as it is',
  (line) => {
    expect(toRequestLine(line, 'gpt')).toBe(line);
  },
);

describe('a command line', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['without a command', [], /^A command is missing\.\nusage:/],
    ['with another command', ['submt'], /^There is no command "submt"/],
    ['that submits nothing', ['submit'], /^submit needs a file/],
    ['without an id', ['status'], /^status needs the id/],
    ['with a foreign option', ['cancel', 'batch_1', '--watch'], /^cancel has no option --watch/],
    ['with an unknown option', ['list', '--all'], /--all/],
    ['with too much', ['results', 'batch_1', 'batch_2'], /^results does not take "batch_2"/],
    ['with an address that is none', ['list', '--url', 'localhost'], /^"localhost" is not an address/],
  ])('%s is explained, with exit code 2', async (_what, words, message) => {
    const { code, output, errors } = await run(words);
    expect([code, output]).toEqual([2, '']);
    expect(errors).toMatch(message);
  });
});

describe('what goes wrong', () => {
  it('with lines of the file is reported by line, with what to do', async () => {
    await using app = await startApp();
    await using folder = temporaryFolder();
    const path = join(folder.path, 'wrong.jsonl');
    await writeFile(
      path,
      '\n{"customId":"a","prompt":"Hi"}\nnope\n{"customId":"b","model":"dmeo","prompt":"Hi"}\n',
    );
    const { code, output, errors } = await run(['submit', path, '--model', 'demo', '--url', app.url]);
    expect([code, output]).toEqual([1, '']);
    expect(errors).toMatch(
      /^INVALID_REQUEST:\n {2}line 3: The line is not JSON\.\n {2}line 4, input\.model: .*"dmeo".*\n$/,
    );
  });

  it('with the file itself is reported, and nothing is submitted', async () => {
    await using app = await startApp();
    await using folder = temporaryFolder();
    const path = join(folder.path, 'latin.jsonl');
    await writeFile(path, Buffer.from('{"customId":"a","prompt":"gr\u00fcn"}', 'latin1'));
    const words = ['submit', path, '--model', 'demo', '--url', app.url];
    expect(await run(words)).toEqual({ code: 1, output: '', errors: 'Line 1 is not UTF-8.\n' });
    const missing = await run(['submit', join(folder.path, 'none.jsonl'), '--url', app.url]);
    expect(missing).toEqual({
      code: 1,
      output: '',
      errors: `${join(folder.path, 'none.jsonl')} cannot be read: there is no such file or folder.\n`,
    });
    expect(await run(['submit', folder.path, '--url', app.url])).toEqual({
      code: 1,
      output: '',
      errors: `${folder.path} cannot be read: it is a folder.\n`,
    });
    expect((await run(['list', '--url', app.url])).output).toBe('');
  });

  it('with every line alike is reported once', async () => {
    await using app = await startApp();
    await using folder = temporaryFolder();
    const path = join(folder.path, 'many.jsonl');
    const lines = Array.from({ length: 40 }, (_none, index) => `{"customId":"${index}","prompt":"Hi"}`);
    await writeFile(path, lines.join('\n'));
    const { code, errors } = await run(['submit', path, '--model', 'dmeo', '--url', app.url]);
    expect(code).toBe(1);
    expect(errors).toMatch(/^MODEL_NOT_FOUND:\n {2}line 1, input\.model and 39 more places: .*"dmeo".*\n$/);
  });

  it('with lines without a model is reported with the option that sets one', async () => {
    await using app = await startApp();
    await using folder = temporaryFolder();
    const path = join(folder.path, 'none.jsonl');
    await writeFile(
      path,
      `{"customId":"a","input":{"model":"demo","prompt":"Hi"}}\n${'{"customId":"b","prompt":"Hi"}\n'.repeat(20_000)}`,
    );
    expect(await run(['submit', path, '--url', app.url])).toEqual({
      code: 1,
      output: '',
      errors: 'Line 2 has no model. --model sets the model of all lines without one.\n',
    });
  });

  it.each([
    ['list'],
    ['submit', 'FILE', '--model', 'demo'],
    ['status', 'batch_1'],
    ['status', 'batch_1', '--watch'],
    ['results', 'batch_1'],
    ['cancel', 'batch_1'],
  ])('with a server that is not there is reported in a line by %s', async (...words) => {
    const app = await startApp();
    await app.close();
    await using folder = temporaryFolder();
    const path = join(folder.path, 'one.jsonl');
    await writeFile(path, '{"customId":"a","prompt":"Hi"}');
    const given = words.map((word) => (word === 'FILE' ? path : word));
    expect(await run([...given, '--url', app.url])).toEqual({
      code: 1,
      output: '',
      errors: expect.stringMatching(
        /^http:\S+ cannot be reached: .*ECONNREFUSED.*\. Is the server running\? .*MODELGRAPH_URL.*\n$/,
      ),
    });
  });

  it('with the path of the address is reported', async () => {
    await using app = await startApp();
    const { code, errors } = await run(['list', '--url', app.url.replace('/graphql', '/')]);
    expect([code, errors]).toEqual([1, expect.stringContaining('The API is at /graphql.')]);
    await using other = await startUpstream(({ response }) => void response.end('<html>'));
    expect(await run(['list', '--url', other.origin])).toEqual({
      code: 1,
      output: '',
      errors: expect.stringMatching(/^http:\S+ answered 200 .*Is it the full address of the API.*\n$/),
    });
  });

  it.each([['status'], ['status', '--watch'], ['results'], ['cancel']])(
    'with the id is reported by %s %s',
    async (name, ...options) => {
      await using app = await startApp();
      const { code, output, errors } = await run([name, 'batch_1', ...options, '--url', app.url]);
      expect([code, output]).toEqual([1, '']);
      expect(errors).toMatch(/There is no batch "?batch_1"?/);
    },
  );

  it('with the file that results go to is reported, and a batch that there is not leaves that file alone', async () => {
    await using app = await startApp();
    await using folder = temporaryFolder();
    const path = join(folder.path, 'one.jsonl');
    await writeFile(path, '{"customId":"a","prompt":"Hi"}');
    const { output } = await run(['submit', path, '--model', 'demo', '--url', app.url]);
    const id = /batch_\w+/.exec(output)?.[0] ?? '';
    const nowhere = join(folder.path, 'none', 'answers.jsonl');
    expect(await run(['results', id, '--out', nowhere, '--url', app.url])).toEqual({
      code: 1,
      output: '',
      errors: `${nowhere} cannot be written: there is no such file or folder.\n`,
    });
    await run(['results', 'batch_1', '--out', path, '--url', app.url]);
    expect(await readFile(path, 'utf8')).toContain('"Hi"');
  });

  it('with the key is reported, and the right one works, over WebSocket too', async () => {
    const key = 'mg_ann_secret1';
    const sha256 = createHash('sha256').update(key).digest('hex');
    await using app = await startApp({ apiKeys: [{ id: 'ann', sha256 }] });
    await using folder = temporaryFolder();
    const path = join(folder.path, 'one.jsonl');
    await writeFile(path, '{"customId":"a","prompt":"Hi"}');
    const words = ['submit', path, '--model', 'demo', '--url', app.url];
    const refused = { code: 1, errors: expect.stringMatching(/^UNAUTHENTICATED:\n[^]*MODELGRAPH_API_KEY/) };
    expect(await run(words)).toMatchObject(refused);
    expect(await run([...words, '--key', 'mg_ann_wrong'])).toMatchObject(refused);
    expect(await run(words, { MODELGRAPH_API_KEY: key })).toMatchObject({ code: 0 });
    expect(await run([...words, '--key', key])).toMatchObject({ code: 0 });
  });

  it('with single requests is reported by exit code 3, and the others have their results', async () => {
    await using app = await startApp();
    await using folder = temporaryFolder();
    const path = join(folder.path, 'one.jsonl');
    await writeFile(path, '{"customId":"a","prompt":"Hi","metadata":{"row":7}}');
    const submitted = await run(['submit', path, '--model', 'demo-error', '--url', app.url]);
    expect(submitted).toMatchObject({ code: 3, output: expect.stringContaining('1/1, 1 failed') });
    const id = /batch_\w+/.exec(submitted.output)?.[0] ?? '';
    const results = await run(['results', id, '--url', app.url]);
    expect(results.code).toBe(3);
    expect(JSON.parse(results.output)).toMatchObject({
      status: 'FAILED',
      error: { code: 'PROVIDER_OVERLOADED' },
      metadata: { row: 7 },
    });
  });
});

test.each([true, false])(
  'Ctrl-C leaves the batch running and says how to go on (a terminal: %s)',
  async (isTerminal) => {
    const asked = Promise.withResolvers<void>();
    const toy = createToy(async function* ({ signal }) {
      asked.resolve();
      yield await untilAborted(signal);
    });
    await using app = await startApp({}, toyOverrides(toy));
    await using folder = temporaryFolder();
    const path = join(folder.path, 'one.jsonl');
    await writeFile(path, '{"customId":"a","prompt":"Hi"}');
    const controller = new AbortController();
    const terminal = createTerminal(controller.signal, isTerminal);
    const words = ['submit', path, '--model', 'toy', '--url', app.url];
    const ended = runBatchCommand(words, {}, terminal);
    await asked.promise;
    while (!terminal.written().includes('batch_')) await setImmediate();
    controller.abort();
    expect(await ended).toBe(130);
    const id = /batch_\w+/.exec(terminal.written())?.[0] ?? '';
    expect(terminal.printed()).toContain(`npm run batch -- status ${id} --watch`);
    const now = await run(['status', id, '--url', app.url]);
    expect([now.code, now.output]).toEqual([0, expect.stringMatching(/ (QUEUED|RUNNING) 0\/1/)]);
  },
);

test('Ctrl-C ends the command itself, which leaves the batch running and says how to go on', async () => {
  const asked = Promise.withResolvers<void>();
  const toy = createToy(async function* ({ signal }) {
    asked.resolve();
    yield await untilAborted(signal);
  });
  await using app = await startApp({}, toyOverrides(toy));
  await using folder = temporaryFolder();
  const path = join(folder.path, 'one.jsonl');
  await writeFile(path, '{"customId":"a","prompt":"Hi"}');
  const script = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    [script, 'batch', 'submit', path, '--model', 'toy', '--url', app.url],
    {
      env: { PATH: '', TMPDIR: folder.path },
    },
  );
  const exit = once(child, 'exit');
  const printed = text(child.stderr);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  await asked.promise;
  child.kill('SIGINT');
  expect((await exit)[0]).toBe(130);
  const id = /batch_\w+/.exec(line.toString())?.[0] ?? '';
  expect(await printed).toContain(
    `The batch continues. To watch it again: npm run batch -- status ${id} --watch`,
  );
  expect((await run(['status', id, '--url', app.url])).output).toMatch(/ (QUEUED|RUNNING) 0\/1/);
  expect(await readdir(folder.path)).toEqual(['one.jsonl']);
});

test('a watcher learns that the connection was lost, and the end of the batch once there is a server again', async () => {
  await using folder = temporaryFolder();
  const path = join(folder.path, 'one.jsonl');
  await writeFile(path, '{"customId":"a","prompt":"Hi"}');
  const asked = Promise.withResolvers<void>();
  const hanging = createToy(async function* ({ signal }) {
    asked.resolve();
    yield await untilAborted(signal);
  });
  const dataDirectory = join(folder.path, 'data');
  const first = await startApp({ dataDirectory }, toyOverrides(hanging));
  const terminal = createTerminal();
  const ended = runBatchCommand(['submit', path, '--model', 'toy', '--url', first.url], {}, terminal);
  await asked.promise;
  while (!terminal.printed().includes('batch_')) await setImmediate();
  await first.close();
  const port = Number(new URL(first.url).port);
  await using second = await startApp({ dataDirectory, port }, toyOverrides(createToy()));
  expect([await ended, second.url]).toEqual([0, first.url]);
  expect(terminal.printed()).toContain('The connection was lost; the batch continues. Connecting again.');
  expect(terminal.written()).toMatch(/COMPLETED 1\/1/);
});

test('the example of a batch runs against the demo models', async () => {
  await using app = await startApp();
  const path = fileURLToPath(new URL('../../examples/batch.ts', import.meta.url));
  const child = spawn(process.execPath, [path, 'One?', 'Two?'], {
    env: { PATH: '', MODELGRAPH_URL: app.url },
  });
  const exit = once(child, 'exit');
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  expect([errors, (await exit)[0]]).toEqual(['', 0]);
  expect(output).toMatch(/^batch_\w+ \(SEQUENTIAL\)\n/);
  expect(output).toContain('COMPLETED 2/2\n\nprompt-0: You wrote: "One?"');
});
