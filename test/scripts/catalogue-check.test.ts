import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEEPSEEK_MODELS } from '../../config/providers/deepseek/models.ts';
import type { ModelConfig } from '../../src/core/model-config.ts';
import { sendJson, startUpstream } from '../support/upstream/upstream-server.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/catalogue-check.ts', import.meta.url));
const UPDATE = fileURLToPath(new URL('../../scripts/catalogue-update.ts', import.meta.url));

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

const run = (script: string, ...args: string[]): Promise<Run> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, errors }));
  });

const check = (...args: string[]): Promise<Run> => run(SCRIPT, ...args);

/** A hand-made list that agrees with the catalogue about one provider. */
const published = (configs: readonly ModelConfig[]) =>
  Object.fromEntries(
    configs.map((config) => [
      config.apiModel,
      {
        reasoning: true,
        cost: { input: config.pricing?.inputPerMillion, output: config.pricing?.outputPerMillion },
        limit: { context: config.limits.contextWindow, output: config.limits.maxOutputTokens },
        modalities: { input: config.inputModalities, output: config.outputModalities },
      },
    ]),
  );

describe('npm run catalogue:check', () => {
  let folder: string;
  const models = published(Object.values<ModelConfig>(DEEPSEEK_MODELS));

  const write = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'catalogue-check-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('exits with 0 when the file agrees with the catalogue', async () => {
    const path = await write('equal.json', JSON.stringify({ providers: { deepseek: { models } } }));
    expect(await check(path)).toEqual({ code: 0, out: 'deepseek: equal\n', errors: '' });
  });

  it('exits with 1 and prints what differs', async () => {
    const changed = { ...models, 'deepseek-next': models['deepseek-flash'] };
    const path = await write('changed.json', JSON.stringify({ deepseek: { models: changed } }));
    expect(await check(path)).toEqual({
      code: 1,
      out: 'deepseek: 1 missing, 0 changed, 0 retired\n  missing  deepseek-next\n',
      errors: '',
    });
  });

  it('exits with 0 when what differs harms no request and no cost, and says so', async () => {
    const flash = { ...models['deepseek-flash'], release_date: '2026-10-01', knowledge: '2026-01' };
    const path = await write(
      'harmless.json',
      JSON.stringify({ deepseek: { models: { ...models, 'deepseek-flash': flash } } }),
    );
    const ran = await check(path);
    expect(ran).toMatchObject({ code: 0, errors: '' });
    expect(ran.out).toContain('release date: unknown → 2026-10-01 (no harm)\n');
  });

  it('exits with 1 for a shutdown, an announced price and a discount that the catalogue does not know', async () => {
    const flash = {
      ...models['deepseek-flash'],
      status: 'deprecated',
      shutdown_date: '2027-01-31',
      batch_discount: 50,
      scheduled: [{ from: '2026-12-31', cost: { input: 1, output: 2 } }],
    };
    const document = { date: '2026-12-01', deepseek: { models: { ...models, 'deepseek-flash': flash } } };
    const { date, ...providers } = document;
    const ran = await check(await write('harm.json', JSON.stringify({ date, providers })));
    expect(ran.code).toBe(1);
    expect(ran.out).toBe(
      [
        'deepseek: 0 missing, 1 changed, 1 retired',
        '  changed  deepseek-flash',
        '             shutdown date: unknown → 2027-01-31',
        '             announced prices: none → 2026-12-31: 1 / 2 / unknown',
        '             batch discount: no batches → 50',
        '  retired  deepseek-flash (deprecated in the file)\n',
      ].join('\n'),
    );
  });

  it('names what stands for a reason, as long as the list says what it said', async () => {
    const listed = (window: number) => ({
      openai: { models: { 'gpt-5.5': { limit: { context: window }, cost: { input: 5, output: 30 } } } },
    });
    const cost = { tiers: [{ tier: { size: 272_000 }, input: 10, output: 45 }] };
    const document = (window: number) => {
      const { openai } = listed(window);
      Object.assign(openai.models['gpt-5.5'].cost, cost);
      return JSON.stringify({ openai });
    };
    const judged = await check(await write('judged.json', document(272_000)));
    expect(judged.code).toBe(0);
    expect(judged.out).toMatch(
      /\nstands: gpt-5\.5 \(context window\): .+\n0 harmful differences, and 1 that stand for a reason\n$/,
    );
    expect((await check(await write('unjudged.json', document(300_000)))).code).toBe(1);
  });

  it('reads a list from an address, and says what is answered in its place', async () => {
    const text = JSON.stringify({ deepseek: { models } });
    await using server = await startUpstream((exchange) =>
      exchange.path === '/api.json' ? sendJson(exchange, text) : sendJson(exchange, '{}', { status: 404 }),
    );
    expect(await check(`${server.origin}/api.json`)).toEqual({
      code: 0,
      out: 'deepseek: equal\n',
      errors: '',
    });
    const absent = await check(`${server.origin}/gone.json`);
    expect(absent.code).toBe(2);
    expect(absent.errors).toContain('answered with 404');
  });

  it("reads pi-ai's catalogue: a folder with a file for each provider, its API and its models", async () => {
    const flash = DEEPSEEK_MODELS['deepseek-flash'];
    const model = {
      id: 'deepseek-flash',
      provider: 'deepseek',
      api: 'openai-completions',
      type: 'chat',
      reasoning: true,
      input: ['text', 'image'],
      cost: { input: 0.3, output: 9, cacheRead: 0.006, cacheWrite: 0 },
      contextWindow: flash?.limits.contextWindow,
      maxTokens: flash?.limits.maxOutputTokens,
    };
    const data = join(folder, 'data');
    await mkdir(data);
    await writeFile(
      join(data, 'deepseek.json'),
      JSON.stringify({
        'openai-completions': {
          'chat:deepseek-flash': model,
          'image:x': { ...model, id: 'x', type: 'image' },
        },
      }),
    );
    const ran = await check(data);
    expect(ran.code).toBe(1);
    expect(ran.out).toBe(
      'deepseek: 0 missing, 1 changed, 1 retired\n  changed  deepseek-flash\n             price output: 1.2 → 9\n  retired  deepseek-v4-pro (not in the file)\n',
    );
    const older = await write(
      'pi-ai.json',
      JSON.stringify({ providers: { deepseek: { 'deepseek-flash': { ...model, provider: undefined } } } }),
    );
    expect((await check(older)).out).toBe(ran.out);
  });

  it('has a companion that writes what is new for review, and nothing where nothing is', async () => {
    const changed = { ...models, 'deepseek-next': { ...models['deepseek-flash'], name: 'DeepSeek Next' } };
    const path = await write('new.json', JSON.stringify({ deepseek: { models: changed } }));
    const out = join(folder, 'review');
    expect(await run(UPDATE, path, '--out', out)).toEqual({
      code: 0,
      out: `${join(out, 'deepseek.ts')}: 1 entries to review\n`,
      errors: '',
    });
    const text = await readFile(join(out, 'deepseek.ts'), 'utf8');
    expect(text).toContain("'deepseek-next': {");
    expect(text).toContain("displayName: 'DeepSeek Next'");
    const equal = await write('old.json', JSON.stringify({ deepseek: { models } }));
    expect(await run(UPDATE, equal, '--out', out)).toEqual({ code: 0, out: 'nothing new\n', errors: '' });
    expect(await run(UPDATE)).toMatchObject({ code: 2, out: '' });
  });

  it('exits with 2 and a plain message when it is given no file, or several', async () => {
    for (const args of [[], ['one.json', 'two.json']]) {
      const ran = await check(...args);
      expect(ran).toMatchObject({ code: 2, out: '' });
      expect(ran.errors).toBe(
        'catalogue:check: one file is expected\nusage: npm run catalogue:check -- path/to/models.json\n',
      );
    }
  });

  it('exits with 2 when the file cannot be read', async () => {
    const ran = await check(join(folder, 'absent.json'));
    expect(ran.code).toBe(2);
    expect(ran.errors).toMatch(/^catalogue:check: ENOENT: no such file/);
  });

  it('exits with 2 when the file is no list of models', async () => {
    const notJson = await check(await write('text.json', 'models'));
    expect(notJson.code).toBe(2);
    expect(notJson.errors).toMatch(/^catalogue:check: not JSON: /);

    const otherShape = await check(await write('shape.json', '{"providers":{"openai":{"models":[]}}}'));
    expect(otherShape.code).toBe(2);
    expect(otherShape.errors).toMatch(
      /^catalogue:check: not a models\.dev document: providers\.openai\.models: /,
    );

    const noProvider = await check(await write('empty.json', '{"providers":{}}'));
    expect(noProvider.code).toBe(2);
    expect(noProvider.errors).toMatch(/names no provider of this catalogue/);
  });
});
