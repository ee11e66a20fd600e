import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createHash } from 'node:crypto';
import { parse, validate } from 'graphql';
import { describe, expect, it, test } from 'vitest';
import { runBatchCommand } from '../../scripts/batch/run.ts';
import { toRequestLine } from '../../scripts/batch/request-file.ts';
import { createSchema } from '../../src/schema/index.ts';
import { startApp } from '../support/app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { createToy, toyOverrides, untilAborted } from '../support/toy-provider.ts';

const GUIDE = new URL('../../docs/batches.md', import.meta.url);

const createTerminal = (signal = new AbortController().signal, isTerminal = false) => {
  let written = '';
  let told = '';
  const collect = (take: (piece: string) => void): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        take(chunk.toString());
        done();
      },
    });
  return {
    output: collect((piece) => (written += piece)),
    errors: collect((piece) => (told += piece)),
    isTerminal,
    signal,
    written: () => written,
    told: () => told,
  };
};

const run = async (words: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
  const terminal = createTerminal();
  const code = await runBatchCommand(words, environment, terminal);
  return { code, output: terminal.written(), errors: terminal.told() };
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
      { customId: 'seven', status: 'SUCCEEDED', text: expect.stringContaining('Is 7 a prime') },
      { customId: 'nine', status: 'SUCCEEDED', text: expect.stringContaining('Is 9 a prime') },
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
    ['without a command', [], /^No command is given\.\nusage:/],
    ['with another command', ['submt'], /^There is no command "submt"/],
    ['that submits nothing', ['submit'], /^submit needs a file/],
    ['without an id', ['status'], /^status needs the id/],
    ['with a foreign option', ['cancel', 'batch_1', '--watch'], /^cancel has no option --watch/],
    ['with an unknown option', ['list', '--all'], /--all/],
    ['with too much', ['results', 'batch_1', 'batch_2'], /^results does not take "batch_2"/],
    ['with an address that is none', ['list', '--url', 'localhost'], /^"localhost" is no address/],
  ])('%s is explained, with exit code 2', async (_what, words, message) => {
    const { code, output, errors } = await run(words);
    expect([code, output]).toEqual([2, '']);
    expect(errors).toMatch(message);
  });
});

describe('what goes wrong', () => {
  it('with lines of the file is told by line, with what to do', async () => {
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

  it('with the file itself is told, and nothing is submitted', async () => {
    await using app = await startApp();
    await using folder = temporaryFolder();
    const path = join(folder.path, 'latin.jsonl');
    await writeFile(path, Buffer.from('{"customId":"a","prompt":"gr\u00fcn"}', 'latin1'));
    const words = ['submit', path, '--model', 'demo', '--url', app.url];
    expect(await run(words)).toEqual({ code: 1, output: '', errors: 'Line 1 is not UTF-8.\n' });
    const missing = await run(['submit', join(folder.path, 'none.jsonl'), '--url', app.url]);
    expect(missing).toMatchObject({ code: 1, output: '', errors: expect.stringContaining('ENOENT') });
    expect((await run(['list', '--url', app.url])).output).toBe('');
  });

  it('with the server is told in a line', async () => {
    const { code, errors } = await run(['list', '--url', 'http://127.0.0.1:9/graphql']);
    expect(code).toBe(1);
    expect(errors.trim().split('\n')).toHaveLength(1);
  });

  it('with the key is told, and the right one works, over WebSocket too', async () => {
    const key = 'mg_ann_secret1';
    const sha256 = createHash('sha256').update(key).digest('hex');
    await using app = await startApp({ apiKeys: [{ id: 'ann', sha256 }] });
    await using folder = temporaryFolder();
    const path = join(folder.path, 'one.jsonl');
    await writeFile(path, '{"customId":"a","prompt":"Hi"}');
    const words = ['submit', path, '--model', 'demo', '--url', app.url];
    expect(await run(words)).toMatchObject({ code: 1, errors: expect.stringContaining('UNAUTHENTICATED') });
    expect(await run(words, { MODELGRAPH_API_KEY: key })).toMatchObject({ code: 0 });
    expect(await run([...words, '--key', key])).toMatchObject({ code: 0 });
  });

  it('with single requests is told by exit code 3, and the others have their results', async () => {
    await using app = await startApp();
    await using folder = temporaryFolder();
    const path = join(folder.path, 'one.jsonl');
    await writeFile(path, '{"customId":"a","prompt":"Hi"}');
    const submitted = await run(['submit', path, '--model', 'demo-error', '--url', app.url]);
    expect(submitted).toMatchObject({ code: 3, output: expect.stringContaining('1/1, 1 failed') });
    const id = /batch_\w+/.exec(submitted.output)?.[0] ?? '';
    const results = await run(['results', id, '--url', app.url]);
    expect(results.code).toBe(3);
    expect(JSON.parse(results.output)).toMatchObject({
      status: 'FAILED',
      error: { code: 'PROVIDER_OVERLOADED' },
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
    expect(terminal.told()).toContain(`npm run batch -- status ${id} --watch`);
    const now = await run(['status', id, '--url', app.url]);
    expect([now.code, now.output]).toEqual([0, expect.stringMatching(/ (QUEUED|RUNNING) 0\/1/)]);
  },
);

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
