import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { withProvidersFile } from '../../config/env.ts';
import type { ProviderEntry } from '../../config/configured/provider-entry.ts';
import { buildApp } from '../../src/app.ts';
import { testSettings } from '../support/app/app.ts';
import { configure, problemsOf, readProviders } from '../support/app/providers-file.ts';

const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

const LOCAL = {
  name: 'local',
  baseUrl: 'http://127.0.0.1:11434/v1',
  models: { 'my-model': {} },
} as const satisfies ProviderEntry;

const problemsOfEntries = (...entries: readonly unknown[]): readonly string[] =>
  problemsOf('providers.json', JSON.stringify(entries));

describe('a providers file', () => {
  it('needs a name, an address and a model, and assumes modest things of the rest', () => {
    const { configuredProviders, providers } = configure([LOCAL]);
    const today = new Date().toISOString().slice(0, 10);
    expect(providers['local']).toEqual({ apiKey: null, baseUrl: null });
    expect(configuredProviders).toMatchObject([
      {
        name: 'local',
        displayName: 'local',
        baseUrl: 'http://127.0.0.1:11434/v1',
        keyVariable: null,
        apiType: 'chat_completion',
        maxTokensField: 'max_tokens',
        streamUsage: true,
        discovered: null,
        models: [
          {
            name: 'my-model',
            provider: 'local',
            apiModel: 'my-model',
            displayName: 'my-model',
            limits: {
              contextWindow: null,
              maxInputTokens: null,
              maxOutputTokens: null,
              defaultMaxOutputTokens: 4096,
            },
            inputModalities: ['text'],
            outputModalities: ['text'],
            media: {
              image: { fetchesUrls: true, fileIds: false, detail: true },
              audio: { mediaTypes: ['audio/wav', 'audio/mpeg'], fetchesUrls: false, fileIds: false },
              file: { mediaTypes: ['application/pdf'], fetchesUrls: false, fileIds: true, filename: true },
            },
            laterSystemMessages: true,
            parallelToolCallsCanBeForbidden: true,
            jsonMode: true,
            reasoningTags: false,
            promptCaches: [],
            providerOptions: true,
            streaming: true,
            functionCalling: false,
            structuredOutput: false,
            reasoning: { type: 'none' },
            temperature: { type: 'range', min: 0, max: 2, default: null },
            sampling: { topP: { min: 0, max: 1 }, topK: null, stopSequences: { max: 4 }, seed: true },
            pricing: null,
            verifiedAt: today,
            source: 'providers.json',
          },
        ],
      },
    ]);
  });

  it('says of a model what the file says', () => {
    const { configuredProviders } = configure([
      {
        ...LOCAL,
        apiType: 'chat_completion',
        maxTokensField: 'max_completion_tokens',
        streamUsage: false,
        reasoningTags: true,
        baseUrl: 'https://models.example/v1//',
        aliases: { Quick: ' Qwen/Qwen3-8B ' },
        models: {
          'Qwen/Qwen3-8B': {
            limits: { contextWindow: 4_000, maxOutputTokens: 3_000 },
            inputModalities: ['image'],
            media: { image: { fetchesUrls: false, mediaTypes: ['image/jpeg'] } },
            laterSystemMessages: false,
            parallelToolCalls: true,
            parallelToolCallsCanBeForbidden: false,
            jsonMode: false,
            reasoning: { type: 'effort', values: ['none', 'high'] },
            sampling: { topP: null, seed: false },
            pricing: { inputPerMillion: 1, outputPerMillion: 2, tiers: [] },
            status: { type: 'deprecated', replacement: 'Other' },
          },
          other: { apiModel: 'Other-2', temperature: { type: 'unsupported' }, verbosity: ['low', 'high'] },
        },
      },
    ]);
    expect(configuredProviders).toMatchObject([
      {
        baseUrl: 'https://models.example/v1',
        maxTokensField: 'max_completion_tokens',
        streamUsage: false,
        aliases: { quick: 'qwen/qwen3-8b' },
        models: [
          {
            name: 'qwen/qwen3-8b',
            apiModel: 'Qwen/Qwen3-8B',
            limits: { contextWindow: 4_000, maxOutputTokens: 3_000, defaultMaxOutputTokens: 2_000 },
            inputModalities: ['text', 'image'],
            media: {
              image: { mediaTypes: ['image/jpeg'], fetchesUrls: false, fileIds: false, detail: true },
              audio: { mediaTypes: ['audio/wav', 'audio/mpeg'] },
            },
            laterSystemMessages: false,
            parallelToolCalls: true,
            parallelToolCallsCanBeForbidden: false,
            jsonMode: false,
            reasoningTags: true,
            reasoning: { type: 'effort', values: ['none', 'high'], default: null },
            sampling: { topP: null, seed: false, stopSequences: { max: 4 } },
            pricing: { inputPerMillion: 1, cacheReadPerMillion: null, tiers: [], effectiveDate: null },
            status: { type: 'deprecated', replacement: 'other', shutdownDate: null },
          },
          {
            name: 'other',
            apiModel: 'Other-2',
            temperature: { type: 'unsupported' },
            verbosity: ['low', 'high'],
            reasoningTags: true,
          },
        ],
      },
    ]);
  });

  it('offers no setting for a model of the Responses API that this API lacks', () => {
    const { configuredProviders } = configure([{ ...LOCAL, apiType: 'responses_api' }]);
    expect(configuredProviders[0]?.models[0]).toMatchObject({
      apiType: 'responses_api',
      media: { image: { fileIds: true }, audio: null, file: { fetchesUrls: true } },
      reasoningTags: false,
      sampling: { topP: { min: 0, max: 1 }, stopSequences: null, seed: false, presencePenalty: null },
    });
  });

  it('gives a provider the key of the variable it names, and none while that is unset or empty', () => {
    const keyed = [{ ...LOCAL, keyVariable: 'COMPANY_KEY' }];
    expect(configure(keyed, { COMPANY_KEY: ' secret ' }).providers['local']?.apiKey).toBe('secret');
    expect(configure(keyed, { COMPANY_KEY: ' ' }).providers['local']?.apiKey).toBeNull();
    expect(configure(keyed).providers['local']?.apiKey).toBeNull();
  });

  it.each([
    ['providers.ts', 'interface Entry { name: string }\n', ' satisfies (Entry & object)[]'],
    ['providers.mjs', '', ''],
  ])('may be the module %s', (name, before, after) => {
    const content = `${before}export const providers = ${JSON.stringify([LOCAL])}${after};`;
    const { configuredProviders } = readProviders(name, content);
    expect(configuredProviders).toMatchObject([
      { name: 'local', models: [{ name: 'my-model', source: name }] },
    ]);
  });

  it('is not looked for unless it is named', () => {
    const settings = testSettings();
    expect(withProvidersFile(settings, {})).toBe(settings);
  });
});

describe('a wrong providers file', () => {
  it('is refused with every problem at once, each with the file and the place', () => {
    expect(
      problemsOfEntries(
        {
          name: 'Bad Name',
          baseUrl: 'localhost:11434',
          baseURL: 'http://127.0.0.1:11434/v1',
          keyVariable: 'sk-hunter2',
          streamUsage: 'yes',
          models: {
            'my-model': {
              reasoning: { type: 'effort', values: [] },
              temperature: { type: 'range', min: 2, max: 1 },
              limits: { maxOutputTokens: 10, defaultMaxOutputTokens: 20 },
            },
            'top-k': { sampling: { topK: { min: 1, max: 2 } } },
            'gpt.next': {
              reasoning: { type: 'budget', min: 1 },
              temperature: { type: 'range', min: 0 },
              inputModalities: ['video'],
              pricing: { inputPerMillion: -1 },
              releaseDate: 'May',
              tools: true,
            },
            upside: { reasoning: { type: 'effort', values: ['low'], default: 'high' } },
          },
        },
        {
          name: 'two',
          baseUrl: 'https://user:hunter2@models.example/v1?key=hunter2',
          apiType: 'responses_api',
          maxTokensField: 'max_tokens',
          models: {
            silent: {
              sampling: { seed: true },
              inputModalities: ['audio'],
              media: { audio: {}, file: { mediaTypes: ['text/plain'] }, image: { mediaTypes: [] } },
            },
          },
        },
        { name: 'three', baseUrl: 'https://models.example/v1', apiType: 'messages', discover: false },
        'four',
      ),
    ).toMatchInlineSnapshot(`
      [
        "- providers.json: [0].name: must be lower-case letters, digits and hyphens, a letter first",
        "- providers.json: [0].baseUrl: must be an http or https address",
        "- providers.json: [0].keyVariable: must be the name of an environment variable",
        "- providers.json: [0].streamUsage: Invalid input: expected boolean, received string",
        "- providers.json: [0]: Unrecognized key: "baseURL"",
        "- providers.json: [0].models.my-model.reasoning.values: reasoning by effort names no values",
        "- providers.json: [0].models.my-model.temperature: temperature has min 2 above max 1",
        "- providers.json: [0].models.my-model.limits.defaultMaxOutputTokens: defaultMaxOutputTokens 20 is above maxOutputTokens 10",
        "- providers.json: [0].models.top-k.sampling: Unrecognized key: "topK"",
        "- providers.json: [0].models["gpt.next"].releaseDate: must be a day such as 2026-01-31",
        "- providers.json: [0].models["gpt.next"].reasoning.type: must be one of none, effort, always, counterpart",
        "- providers.json: [0].models["gpt.next"].temperature.max: Invalid input: expected number, received undefined",
        "- providers.json: [0].models["gpt.next"].pricing.inputPerMillion: Too small: expected number to be >=0",
        "- providers.json: [0].models["gpt.next"].pricing.outputPerMillion: Invalid input: expected number, received undefined",
        "- providers.json: [0].models["gpt.next"].inputModalities[0]: Invalid option: expected one of "text"|"image"|"audio"|"file"",
        "- providers.json: [0].models["gpt.next"]: Unrecognized key: "tools"",
        "- providers.json: [0].models.upside.reasoning.default: its default reasoning effort "high" is not among its values",
        "- providers.json: [1].baseUrl: must hold no user and no password: put the key into a variable and name that in keyVariable",
        "- providers.json: [1]: Unrecognized key: "maxTokensField"",
        "- providers.json: [1].models.silent.inputModalities[0]: Invalid option: expected one of "text"|"image"|"file"",
        "- providers.json: [1].models.silent.media.image.mediaTypes: Too small: expected array to have >=1 items",
        "- providers.json: [1].models.silent.media.file.mediaTypes[0]: Invalid input: expected "application/pdf"",
        "- providers.json: [1].models.silent.media: Unrecognized key: "audio"",
        "- providers.json: [1].models.silent.sampling: Unrecognized key: "seed"",
        "- providers.json: [2].apiType: must be chat_completion or responses_api",
        "- providers.json: [2].discover: Invalid input: expected object, received boolean",
        "- providers.json: [3]: Invalid input: expected object, received string",
      ]
    `);
  });

  it('never quotes what may be a key', () => {
    const problems = problemsOfEntries(
      { ...LOCAL, keyVariable: 'sk-hunter2' },
      { ...LOCAL, name: 'other', models: { a: {} }, apiKey: 'hunter2' },
      { ...LOCAL, name: 'third', models: { b: {} }, baseUrl: 'http://me:hunter2@127.0.0.1/v1' },
    );
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('is refused for names that are taken, with what to do instead', () => {
    expect(
      problemsOfEntries(
        { ...LOCAL, name: 'openai', models: { 'GPT-4o': {}, mine: {}, '': {} }, aliases: { claude: 'mine' } },
        { ...LOCAL, models: { Mine: {}, gpt: {}, 'hub/one': {} }, aliases: { demo: 'mine', mine: 'mine' } },
        { ...LOCAL, models: { last: {} } },
        {
          name: 'hub',
          baseUrl: LOCAL.baseUrl,
          discover: true,
          aliases: { fast: 'llama', slow: 'hub/llama' },
        },
        { name: 'both', baseUrl: LOCAL.baseUrl, discover: true, models: { x: {} } },
        { name: 'neither', baseUrl: LOCAL.baseUrl },
        { name: 'empty', baseUrl: LOCAL.baseUrl, models: {} },
      ),
    ).toMatchInlineSnapshot(`
      [
        "- providers.json: [6].models: names no models",
        "- providers.json: [0].name: "openai" is a built-in provider: choose another name",
        "- providers.json: [2].name: "local" is the name of [1] already",
        "- providers.json: [4].discover: give either models or discover, not both",
        "- providers.json: [5]: gives neither models nor "discover": true",
        "- providers.json: [0].models.GPT-4o: the name "gpt-4o" is taken by the provider "openai": name it "openai-gpt-4o" and give it "apiModel": "GPT-4o"",
        "- providers.json: [0].models[""]: the name must not be empty",
        "- providers.json: [1].models.Mine: the name "mine" is taken by the provider "openai": name it "local-mine" and give it "apiModel": "Mine"",
        "- providers.json: [1].models.gpt: the name "gpt" is taken by a built-in alias: name it "local-gpt" and give it "apiModel": "gpt"",
        "- providers.json: [1].models["hub/one"]: the name "hub/one" is kept for what "hub" lists: names that begin with "hub/" are its models",
        "- providers.json: [0].aliases.claude: the name "claude" is taken by a built-in alias",
        "- providers.json: [1].aliases.demo: the name "demo" is taken by the provider "demo"",
        "- providers.json: [1].aliases.mine: the name "mine" is taken by the provider "openai"",
        "- providers.json: [3].aliases.fast: must lead to a model that the server lists, "hub/" and its id",
      ]
    `);
  });

  it('is refused by the checks of the whole catalogue for what leads nowhere, with the place', async () => {
    const settings = configure([
      {
        ...LOCAL,
        aliases: { fast: 'nobody', round: 'about', about: 'round', fine: 'gpt-4o' },
        models: {
          plain: { reasoning: { type: 'counterpart', model: 'nobody' } },
          old: { status: { type: 'deprecated', replacement: 'nobody' } },
        },
      },
    ]);
    let message = '';
    try {
      await buildApp(settings, SILENT);
    } catch (error) {
      message = (error as Error).message.replaceAll(/\S*\/providers-file-[^/]+\//g, '');
    }
    expect(message).toMatchInlineSnapshot(`
      "The model catalogue cannot be served:
      - providers.json: [0].models.plain: its counterpart "nobody" is no model
      - providers.json: [0].models.old: its replacement "nobody" is no model
      - providers.json: [0].aliases.fast: alias "fast" leads to "nobody", which is neither a model nor an alias
      - providers.json: [0].aliases.round: alias "round" runs into a cycle: round → about → round
      - providers.json: [0].aliases.about: alias "about" runs into a cycle: about → round → about"
    `);
  });

  it.each([
    ['providers.json', '{"name": "x"}'],
    ['providers.json', '[{]'],
    ['providers.ts', 'export const provider = [];'],
    ['providers.mjs', 'export const providers = [;'],
    ['providers.yaml', '- name: x'],
  ])('is refused when it is %s with %s', (name, content) => {
    const problems = problemsOf(name, content);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^- ${name}: (must be a|cannot be read: .+)`));
  });

  it('is refused when there is none', () => {
    expect(() => withProvidersFile(testSettings({ providersFile: '/nowhere/providers.json' }), {})).toThrow(
      '/nowhere/providers.json: cannot be read: ENOENT',
    );
  });
});

describe('the documentation of configured providers', () => {
  const page = readFileSync(new URL('../../docs/configured-providers.md', import.meta.url), 'utf8');

  it.each([
    ['json', 'ollama'],
    ['ts', 'acme'],
  ])('has an example in %s that works', async (language, provider) => {
    const example = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(page)?.[1] ?? '';
    const settings = readProviders(`providers.${language}`, example);
    expect(settings.configuredProviders.map(({ name }) => name)).toEqual([provider]);
    const app = await buildApp({ ...settings, dataDirectory: null }, SILENT);
    await app.close();
  });
});

it('stops the start of the process when it is wrong', async () => {
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const directory = await mkdtemp(join(tmpdir(), 'providers-main-'));
  try {
    await writeFile(join(directory, 'mine.ts'), 'export const providers: object[] = [{ name: "openai" }];');
    const env = { MODELGRAPH_PROVIDERS: 'mine.ts' };
    const child = spawn(process.execPath, [main], { cwd: directory, env });
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    expect({ output, code }).toEqual({ output: '', code: 1 });
    expect(errors).toMatchInlineSnapshot(`
      "The configured providers cannot be used:
      - mine.ts: [0].baseUrl: Invalid input: expected string, received undefined
      - mine.ts: [0].name: "openai" is a built-in provider: choose another name
      - mine.ts: [0]: gives neither models nor "discover": true
      "
    `);
  } finally {
    await rm(directory, { recursive: true });
  }
});
