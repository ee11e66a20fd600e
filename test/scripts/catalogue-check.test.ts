import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEEPSEEK_MODELS } from '../../config/providers/deepseek/models.ts';
import type { ModelConfig } from '../../src/core/model-config.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/catalogue-check.ts', import.meta.url));

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

const check = (...args: string[]): Promise<Run> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, errors }));
  });

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

  it('exits with 2 and a plain message when it is given no file, or several', async () => {
    for (const args of [[], ['one.json', 'two.json']]) {
      const run = await check(...args);
      expect(run).toMatchObject({ code: 2, out: '' });
      expect(run.errors).toBe(
        'catalogue:check: one file is expected\nusage: npm run catalogue:check -- path/to/models.json\n',
      );
    }
  });

  it('exits with 2 when the file cannot be read', async () => {
    const run = await check(join(folder, 'absent.json'));
    expect(run.code).toBe(2);
    expect(run.errors).toMatch(/^catalogue:check: ENOENT: no such file/);
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
