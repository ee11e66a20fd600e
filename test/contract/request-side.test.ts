import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { providerVariables } from '../../config/env.ts';
import type { ModelConfig } from '../../src/core/model-config.ts';
import { promptCachesOf } from '../../src/core/prompt-caches.ts';
import type { TextRequest } from '../../src/core/text-request.ts';
import { checkReasoning } from '../../src/services/checks/check-reasoning.ts';
import { Findings } from '../../src/services/checks/findings.ts';
import { never } from '../providers/text/openai/openai-harness.ts';
import { sendJson, startUpstream, type UpstreamRequest } from '../support/upstream/upstream-server.ts';
import { connectLine } from './contract-upstream.ts';
import { fullestRequest } from './fullest-request.ts';
import { hear } from './laws.ts';
import { modelsOf, VENDOR_PROVIDERS } from './providers.ts';
import { findUnknownFields } from './request-fields.ts';

type Settings = Pick<TextRequest, 'reasoning' | 'cache'>;

/** The settings that differ on the wire, as far as the model has them. */
const settingsFor = (config: ModelConfig): readonly Settings[] => {
  const caches = promptCachesOf(config);
  const most = config.limits.defaultMaxOutputTokens;
  const nothing = { enabled: null, effort: null, budgetTokens: null };
  return [
    { ...nothing, enabled: true },
    { ...nothing, enabled: false },
    { ...nothing, effort: 'high' as const },
    { ...nothing, budgetTokens: 2_048 },
  ].map((input, index) => ({
    reasoning: checkReasoning(input, config, most, new Findings('drop-with-warning')),
    cache: caches[index] ?? 'provider-default',
  }));
};

describe.each(VENDOR_PROVIDERS)('$name', (line) => {
  const send = async (config: ModelConfig, settings: Settings): Promise<readonly UpstreamRequest[]> => {
    await using upstream = await startUpstream((incoming) => sendJson(incoming, {}, { status: 400 }));
    const provider = await connectLine(line, config, upstream.origin);
    const request = fullestRequest(config, settings);
    await Promise.allSettled([
      provider.generate(request, { signal: never() }),
      hear(provider.stream(request, { signal: never() })),
    ]);
    return upstream.requests;
  };

  test.each(modelsOf(line).map(({ name }) => name))(
    '%s, asked for all it takes, sends known fields alone',
    async (name) => {
      const config = modelsOf(line).find((candidate) => candidate.name === name);
      if (config === undefined) throw new Error(`no model ${name}`);
      for (const setting of settingsFor(config)) {
        const requests = await send(config, setting);
        expect(requests, 'both ways were sent').toHaveLength(2);
        const unknown = requests.flatMap((request) =>
          findUnknownFields(line.descriptor.name, line.wire, request),
        );
        expect([...new Set(unknown)]).toEqual([]);
      }
    },
  );

  test('only `stream` and its options tell a stream from a whole answer', async () => {
    const [waiting = {}, streaming = {}] = (
      await send(line.model, { reasoning: { type: 'provider-default' }, cache: 'provider-default' })
    )
      .map(({ body, path }) => ({ ...(JSON.parse(body) as Record<string, unknown>), path }))
      .toSorted((a, b) => Number(isStreaming(a)) - Number(isStreaming(b)));
    const {
      stream: _stream,
      stream_options: _options,
      path: _path,
      ...rest
    } = streaming as Record<string, unknown>;
    const { path: _waitingPath, ...whole } = waiting as Record<string, unknown>;
    expect(rest).toEqual(whole);
  });
});

const isStreaming = (body: Record<string, unknown>): boolean =>
  body['stream'] === true || String(body['path']).includes(':stream');

/** What SDKs read of an environment, by the vendor it belongs to; its key and address are this server's own variables. */
const VENDOR_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  openai: [
    'AZURE_OPENAI_API_KEY',
    'OPENAI_ADMIN_KEY',
    'OPENAI_API_VERSION',
    'OPENAI_CUSTOM_HEADERS',
    'OPENAI_LOG',
    'OPENAI_ORG_ID',
    'OPENAI_PROJECT_ID',
    'OPENAI_WEBHOOK_SECRET',
  ],
  anthropic: [
    'ANTHROPIC_AUTH_TOKEN',
    'ANTHROPIC_CUSTOM_HEADERS',
    'ANTHROPIC_ENVIRONMENT_ID',
    'ANTHROPIC_ENVIRONMENT_KEY',
    'ANTHROPIC_IDENTITY_TOKEN',
    'ANTHROPIC_LOG',
    'ANTHROPIC_SESSION_ID',
    'ANTHROPIC_WEBHOOK_SIGNING_KEY',
    'ANTHROPIC_WORK_ID',
    'ANTHROPIC_WORK_SECRET',
  ],
  gemini: [
    'GOOGLE_API_KEY',
    'GOOGLE_CLOUD_LOCATION',
    'GOOGLE_CLOUD_PROJECT',
    'GOOGLE_CLOUD_QUOTA_PROJECT',
    'GOOGLE_GEMINI_BASE_URL',
    'GOOGLE_GENAI_API_VERSION',
    'GOOGLE_VERTEX_BASE_URL',
  ],
  groq: ['GROQ_CUSTOM_HEADERS', 'GROQ_ORG_ID'],
  deepseek: ['DEEPSEEK_CUSTOM_HEADERS'],
  perplexity: ['PERPLEXITY_CUSTOM_HEADERS', 'PPLX_API_KEY'],
  xai: ['XAI_CUSTOM_HEADERS', 'XAI_MANAGEMENT_API_KEY'],
};

const SCRIPT = fileURLToPath(new URL('./call-all-from-environment.ts', import.meta.url));

const NAMES = [...new Set(VENDOR_PROVIDERS.map(({ descriptor }) => descriptor.name))];

const valueOf = (variable: string): string =>
  variable.endsWith('_CUSTOM_HEADERS')
    ? [
        'accept',
        'anthropic-beta',
        'anthropic-version',
        'authorization',
        'content-type',
        'cookie',
        'idempotency-key',
        'user-agent',
        'x-api-key',
        'x-goog-api-key',
        'x-own',
        'x-stainless-lang',
      ]
        .map((name) => `${name}: hostile-${variable}`)
        .join('\n')
    : variable.endsWith('_LOG')
      ? 'debug'
      : `hostile-${variable}`;

test("no vendor's variable reaches another vendor, nor its own but the key, and nothing is printed", async () => {
  await using upstream = await startUpstream((request) => sendJson(request, {}, { status: 400 }));
  const own = NAMES.flatMap((name) => {
    const { key, baseUrl } = providerVariables(name);
    return [
      [key, `hostile-${key}`],
      [baseUrl, `${upstream.origin}/${name}`],
    ];
  });
  const others = NAMES.flatMap((name) => VENDOR_VARIABLES[name] ?? []).map((name) => [name, valueOf(name)]);
  const switches = { GOOGLE_GENAI_USE_VERTEXAI: 'true', GOOGLE_GENAI_USE_ENTERPRISE: 'true' };
  const env = { ...Object.fromEntries([...own, ...others]), ...switches, PATH: process.env['PATH'] };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [SCRIPT], { env, cwd: '/' });
  expect([stdout, stderr]).toEqual(['', '']);

  expect(NAMES.toSorted()).toEqual(Object.keys(VENDOR_VARIABLES).toSorted());
  expect(upstream.requests).toHaveLength(VENDOR_PROVIDERS.length * 2);
  for (const name of NAMES) {
    const sent = upstream.requests.filter(({ path }) => path.startsWith(`/${name}/`));
    expect(sent.length, name).toBeGreaterThanOrEqual(2);
    for (const { path, headers, body } of sent) {
      const markers = [...JSON.stringify([path, headers, body]).matchAll(/hostile-(\w+)/g)].map(
        ([, variable]) => variable,
      );
      expect([...new Set(markers)], name).toEqual([providerVariables(name).key]);
      expect(headers.authorization ?? headers['x-goog-api-key']).toContain(
        `hostile-${providerVariables(name).key}`,
      );
    }
  }
});
