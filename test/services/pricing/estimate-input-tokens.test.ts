import { describe, expect, it } from 'vitest';
import { ANTHROPIC_MODELS } from '../../../config/providers/anthropic/models.ts';
import { GEMINI_MODELS } from '../../../config/providers/gemini/models.ts';
import { OPENAI_MODELS } from '../../../config/providers/openai/models.ts';
import type { Message, UserPart } from '../../../src/core/message.ts';
import type { ModelConfig, ModelConfigs } from '../../../src/core/model-config.ts';
import { estimateInputTokens } from '../../../src/services/pricing/estimate-input-tokens.ts';
import { estimateTextTokens } from '../../../src/services/pricing/estimate-text-tokens.ts';
import { createRequest } from '../../providers/text/openai/openai-harness.ts';
import { pngOf, wavOf } from './media-headers.ts';

const get = (models: ModelConfigs, name: string): ModelConfig => {
  const config = models[name];
  if (config === undefined) throw new Error(`no model ${name}`);
  return config;
};

const MODELS: Readonly<Record<string, ModelConfig>> = {
  openai: get(OPENAI_MODELS, 'gpt-5.4-mini'),
  anthropic: get(ANTHROPIC_MODELS, 'claude-haiku-4-5'),
  gemini: get(GEMINI_MODELS, 'gemini-2.5-flash'),
};

const user = (...parts: readonly UserPart[]): Message => ({ role: 'user', parts });
const text = (value: string) => ({ type: 'text', text: value }) as const;
const image = (bytes: Buffer, detail: 'low' | null = null): UserPart => ({
  type: 'image',
  source: { type: 'base64', data: bytes.toString('base64') },
  mediaType: 'image/png',
  detail,
});

const HELLO = [user(text('Hello'))];

const estimate = (config: ModelConfig, changes: Parameters<typeof createRequest>[0]): number =>
  estimateInputTokens(createRequest({ messages: HELLO, ...changes }), config);

const LARGE_SCHEMA = {
  type: 'object',
  properties: Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [
      `field_${index}`,
      { type: 'string', description: `What the form has in its field number ${index}.` },
    ]),
  ),
};

describe.each(Object.entries(MODELS))('the estimate for a model of %s', (_name, config) => {
  const plain = estimate(config, {});

  it('counts tools with their schemas', () => {
    const tool = {
      type: 'function',
      name: 'fill',
      description: null,
      parameters: LARGE_SCHEMA,
      strict: null,
    } as const;
    expect(estimate(config, { tools: [tool] }) - plain).toBeGreaterThan(2_000);
  });

  it('counts the history, calls and their results included', () => {
    const words = 'one two three four five six seven eight nine ten '.repeat(20);
    const history: readonly Message[] = [
      ...HELLO,
      { role: 'assistant', parts: [text(words)] },
      { role: 'user', parts: [text(words)] },
      {
        role: 'assistant',
        parts: [{ type: 'tool-call', callId: 'a', name: 'find', arguments: { words }, opaque: null }],
      },
      { role: 'tool', callId: 'a', output: { words }, isError: false },
    ];
    expect(estimate(config, { messages: history }) - plain).toBeGreaterThan(750);
    expect(estimate(config, { system: words }) - plain).toBeGreaterThan(180);
  });

  it('counts an image by its size', () => {
    const [small, large] = [pngOf(256, 256), pngOf(1_024, 1_024)].map((bytes) =>
      estimate(config, { messages: [user(text('Hello'), image(bytes))] }),
    );
    expect((small ?? 0) - plain).toBeGreaterThan(60);
    expect((large ?? 0) - plain).toBeGreaterThan(500);
    expect(large).toBeGreaterThan(small ?? 0);
  });

  it('counts what is given by its address as such things usually are', () => {
    const source = { type: 'url', url: 'https://example.com/a' } as const;
    const parts: readonly UserPart[] = [
      { type: 'image', source, mediaType: null, detail: null },
      { type: 'audio', source, mediaType: null },
      { type: 'file', source, mediaType: null, filename: null },
    ];
    for (const part of parts)
      expect(estimate(config, { messages: [user(text('Hello'), part)] }) - plain).toBeGreaterThan(250);
  });
});

describe('the estimate', () => {
  const gemini = get(GEMINI_MODELS, 'gemini-2.5-flash');

  it('counts a sound by its length: 32 tokens a second at Gemini', () => {
    const part: UserPart = {
      type: 'audio',
      source: { type: 'base64', data: wavOf(10).toString('base64') },
      mediaType: 'audio/wav',
    };
    const tokens = estimate(gemini, { messages: [user(text('Hello'), part)] }) - estimate(gemini, {});
    expect(tokens).toBeGreaterThanOrEqual(320);
    expect(tokens).toBeLessThan(330);
  });

  it('counts a document by its pages', () => {
    const pdf = (pages: number): UserPart => ({
      type: 'file',
      source: {
        type: 'base64',
        data: Buffer.from(`%PDF-1.7 /Type /Pages /Count ${pages} %%EOF`).toString('base64'),
      },
      mediaType: 'application/pdf',
      filename: null,
    });
    const tokensOf = (pages: number): number => estimate(gemini, { messages: [user(pdf(pages))] });
    expect(tokensOf(40) - tokensOf(20)).toBe(20 * 258);
  });

  it('stays within what clients are promised, whatever headers say', () => {
    const counts = Array.from({ length: 9 }, () => Buffer.from('%PDF-1.7 /Count 999999').toString('base64'));
    const huge = counts.map(
      (data): UserPart => ({
        type: 'file',
        source: { type: 'base64', data },
        mediaType: 'application/pdf',
        filename: null,
      }),
    );
    expect(estimate(gemini, { messages: [user(...huge, image(pngOf(2 ** 32 - 1, 2 ** 32 - 1)))] })).toBe(
      2 ** 31 - 1,
    );
  });

  it('counts a schema of the output where its vendor does', () => {
    const output = { type: 'schema', name: 'form', schema: LARGE_SCHEMA, strict: true } as const;
    const openai = get(OPENAI_MODELS, 'gpt-5.4-mini');
    expect(estimate(openai, { output })).toBeGreaterThan(2_000);
    expect(estimate(gemini, { output })).toBe(estimate(gemini, {}));
  });

  it.each(['', 'x', ' ', '\n'.repeat(5), '\ud800', '漢字', '😀', '{"a":[1,2,3]}', '0'.repeat(100)])(
    'of the text %j is a number from 0 on, no more than its length',
    (value) => {
      const tokens = estimateTextTokens(value);
      expect(tokens).toBeGreaterThanOrEqual(0);
      expect(tokens).toBeLessThanOrEqual(Math.max(1, value.length));
    },
  );

  it('of a long text is that of its parts together, and looks at no more of it than of a short one', () => {
    const part = 'The quick brown fox jumps over 13 lazy dogs; again.\n';
    const short = estimateTextTokens(part.repeat(1_000));
    expect(estimateTextTokens(part.repeat(100_000)) / short).toBeCloseTo(100, -1);
  });

  it.each([
    Buffer.alloc(0),
    Buffer.from('GIF8'),
    Buffer.from([0xff, 0xd8, 0xff]),
    Buffer.from('RIFF0000WEBPVP8X'),
  ])('takes an image whose header is cut for a usual one', (bytes) => {
    const cut = estimate(gemini, { messages: [user(image(bytes))] });
    expect(cut).toBe(estimate(gemini, { messages: [user(image(pngOf(1_024, 1_024)))] }));
  });
});
