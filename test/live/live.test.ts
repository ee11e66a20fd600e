import { describe, expect, test } from 'vitest';
import { providerVariables } from '../../config/provider-settings.ts';
import { RECORD_CASES } from '../support/upstream/record-cases.ts';
import type { ModelConfig } from '../../src/core/model-config.ts';
import type { TextProvider } from '../../src/core/text-provider.ts';
import type { TextRequest } from '../../src/core/text-request.ts';
import { connectLine } from '../contract/contract-upstream.ts';
import { expectLawful, expectLawfulUsage, hear, saidBy } from '../contract/laws.ts';
import { modelsOf, VENDOR_PROVIDERS, type VendorProvider } from '../contract/providers.ts';
import { providerErrorOf } from '../support/upstream/provider-error.ts';

const LIMIT_MS = 300_000;

const isLive = process.env['MODELGRAPH_LIVE'] === '1';

const keyOf = ({ descriptor }: VendorProvider): string | undefined =>
  process.env[providerVariables(descriptor.name).key] || undefined;

/** The line's own model where the case is for it, else the first of the catalogue that it is for. */
const modelFor = (line: VendorProvider, isFor: (config: ModelConfig) => boolean): ModelConfig | undefined =>
  [line.model, ...modelsOf(line).filter(({ status }) => status.type === 'active')].find(isFor);

const EXPECTED: Readonly<Record<string, (said: ReturnType<typeof saidBy>) => void>> = {
  text: ({ text }) => expect(text).toContain('Grüße'),
  tools: ({ toolCalls }) => expect(toolCalls).toMatchObject([{ name: 'get_weather', builtIn: false }]),
  'parallel-tools': ({ toolCalls }) => expect(toolCalls.length).toBeGreaterThan(1),
  json: ({ text }) => expect(JSON.parse(text)).toHaveProperty('city'),
  image: ({ text }) => expect(text.toLowerCase()).toContain('red'),
};

const checkStream = async (provider: TextProvider, request: TextRequest, name: string): Promise<void> => {
  const heard = await hear(provider.stream(request, { signal: new AbortController().signal }));
  expectLawful(heard);
  expect(heard.error).toBeUndefined();
  EXPECTED[name]?.(saidBy(heard));
  const last = heard.events.at(-1);
  if (name === 'length') expect(last).toMatchObject({ type: 'finish', reason: 'length' });
};

/** Costs money, little of it: `MODELGRAPH_LIVE=1 GROQ_API_KEY=… npx vitest run test/live`. */
describe.each(VENDOR_PROVIDERS)('$name, live', (line) => {
  const apiKey = keyOf(line);
  const { key } = providerVariables(line.descriptor.name);
  const isRun = isLive && apiKey !== undefined;

  const connect = (config: ModelConfig, secret: string) =>
    connectLine(line, config, null, { apiKey: secret, idleTimeoutMs: LIMIT_MS });

  for (const [name, { isFor, request, mode, fails }] of Object.entries(RECORD_CASES)) {
    const config = modelFor(line, isFor);
    if (config === undefined) continue;
    test.skipIf(!isRun)(
      `${name} with ${config.name} (needs MODELGRAPH_LIVE=1 and ${key})`,
      async () => {
        const provider = await connect(config, apiKey ?? '');
        const asked = request(config);
        if (mode === 'stream') return checkStream(provider, asked, name);
        const waiting = provider.generate(asked, { signal: new AbortController().signal });
        if (fails === true) return void (await providerErrorOf(waiting));
        const { text, usage } = await waiting;
        expect(text).not.toBe('');
        if (usage !== null) expectLawfulUsage(usage);
      },
      LIMIT_MS,
    );
  }

  test.skipIf(!isRun)(
    `a key that is none is PROVIDER_AUTHENTICATION (needs MODELGRAPH_LIVE=1 and ${key})`,
    async () => {
      const provider = await connect(line.model, 'sk-none-0123456789');
      const request = RECORD_CASES['text']?.request(line.model);
      if (request === undefined) throw new Error('there is no case for text');
      const options = { signal: new AbortController().signal };
      expect((await providerErrorOf(provider.generate(request, options))).code).toBe(
        'PROVIDER_AUTHENTICATION',
      );
    },
    LIMIT_MS,
  );

  test.skipIf(!isRun)(
    `a stream that is aborted ends at once (needs MODELGRAPH_LIVE=1 and ${key})`,
    async () => {
      const provider = await connect(line.model, apiKey ?? '');
      const request = RECORD_CASES['length']?.request(line.model);
      if (request === undefined) throw new Error('there is no case for length');
      const caller = new AbortController();
      const stream = provider.stream({ ...request, maxOutputTokens: 1_000 }, { signal: caller.signal });
      const iterator = stream[Symbol.asyncIterator]();
      const first = providerErrorOf(iterator.next());
      caller.abort();
      expect((await first).code).toBe('GENERATION_CANCELLED');
    },
    LIMIT_MS,
  );
});
