import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { providerVariables } from '../../config/provider-settings.ts';
import type { ModelConfig } from '../../src/core/model-config.ts';
import type { TextRequest } from '../../src/core/text-request.ts';
import { checkReasoning } from '../../src/services/checks/check-reasoning.ts';
import { Findings } from '../../src/services/checks/findings.ts';
import { never } from '../providers/text/openai/openai-harness.ts';
import { sendJson, startUpstream, type UpstreamRequest } from '../support/upstream/upstream-server.ts';
import { connectLine } from './contract-upstream.ts';
import { fullestRequest } from './fullest-request.ts';
import { hear } from './laws.ts';
import { modelsOf, VENDOR_PROVIDERS } from './providers.ts';
import { findUnknownFields } from './request-shape.ts';

type Settings = Pick<TextRequest, 'reasoning' | 'cache'>;

/** The settings that differ on the wire, as far as the model has them. */
const settingsFor = (config: ModelConfig): readonly Settings[] => {
  const caches = config.promptCaches;
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
        const unknown = requests.flatMap((request) => findUnknownFields(line.fields, request));
        expect([...new Set(unknown)]).toEqual([]);
      }
    },
  );

  test('nothing but the fields that ask for a stream tells one from a whole answer', async () => {
    const { isStreamed, streamFields } = line.wire;
    const sent = await send(line.model, {
      reasoning: { type: 'provider-default' },
      cache: 'provider-default',
    });
    const requests = sent.toSorted((a, b) => Number(isStreamed(a)) - Number(isStreamed(b)));
    expect(requests.map(isStreamed)).toEqual([false, true]);
    const bodies = requests.map(({ body }) =>
      Object.fromEntries(
        Object.entries(JSON.parse(body) as object).filter(([name]) => !streamFields.includes(name)),
      ),
    );
    expect(bodies[1]).toEqual(bodies[0]);
  });
});

const SCRIPT = fileURLToPath(new URL('./call-all-from-environment.ts', import.meta.url));

/** What tests know of each vendor, by the provider's name. */
const VENDORS = new Map(VENDOR_PROVIDERS.map(({ descriptor, vendor }) => [descriptor.name, vendor]));
const NAMES = [...VENDORS.keys()];

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
  const others = [...VENDORS.values()]
    .flatMap(({ environment }) => environment)
    .map((name) => [name, valueOf(name)]);
  const switches = { GOOGLE_GENAI_USE_VERTEXAI: 'true', GOOGLE_GENAI_USE_ENTERPRISE: 'true' };
  const env = { ...Object.fromEntries([...own, ...others]), ...switches, PATH: process.env['PATH'] };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [SCRIPT], { env, cwd: '/' });
  expect([stdout, stderr]).toEqual(['', '']);

  expect(upstream.requests).toHaveLength(VENDOR_PROVIDERS.length * 2);
  for (const [name, { keyHeader }] of VENDORS) {
    const sent = upstream.requests.filter(({ path }) => path.startsWith(`/${name}/`));
    expect(sent.length, name).toBeGreaterThanOrEqual(2);
    for (const { path, headers, body } of sent) {
      const markers = [...JSON.stringify([path, headers, body]).matchAll(/hostile-(\w+)/g)].map(
        ([, variable]) => variable,
      );
      expect([...new Set(markers)], name).toEqual([providerVariables(name).key]);
      expect(headers[keyHeader]).toContain(`hostile-${providerVariables(name).key}`);
    }
  }
});
