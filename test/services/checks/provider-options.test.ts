import { describe, expect, it, test } from 'vitest';
import { putOver } from '../../../src/providers/shared/call/put-over.ts';
import { VENDOR_PROVIDERS } from '../../contract/providers.ts';
import { request, startApp } from '../../support/app/app.ts';
import { GENERATE_MUTATION } from '../../support/app/events.ts';
import { acceptanceOf, describeProblem, refusalOf, startToys } from './preview-harness.ts';
import { getLine, startVendorApp, wireOf } from './vendor-harness.ts';

const OPTIONS = { service_tier: 'flex', extra: { list: [1, { deep: true }], none: null, text: 'Grüße' } };

describe.each(VENDOR_PROVIDERS)('providerOptions for $name', (line) => {
  test('are over the body as they are, and change nothing else', async () => {
    await using vendor = await startVendorApp(line);
    const input = { model: line.model.name, prompt: 'Hi' };
    const { body: plain } = await wireOf(vendor, input);
    const { body, warnings } = await wireOf(vendor, { ...input, providerOptions: OPTIONS });
    expect(body).toEqual({ ...plain, ...OPTIONS });
    expect(warnings).toEqual([]);
  });
});

test('providerOptions replace a field of the body, and are joined with one that is an object', async () => {
  await using vendor = await startVendorApp(getLine('gemini'));
  const input = { model: 'gemini-3.6-flash', prompt: 'Hi', maxOutputTokens: 77 };
  const { body: plain } = await wireOf(vendor, input);
  const providerOptions = {
    generationConfig: { candidateCount: 1, maxOutputTokens: 78, thinkingConfig: { thinkingBudget: 9 } },
  };
  const { body } = await wireOf(vendor, { ...input, providerOptions });
  expect(body).toEqual({
    ...plain,
    generationConfig: {
      ...plain.generationConfig,
      candidateCount: 1,
      maxOutputTokens: 78,
      thinkingConfig: { ...plain.generationConfig.thinkingConfig, thinkingBudget: 9 },
    },
  });
});

test('providerOptions reach a streamed request, too, and leave it a streamed one', async () => {
  await using vendor = await startVendorApp(getLine('openai (Responses)'));
  const { body } = await wireOf(vendor, {
    model: 'gpt-6.1-terra',
    prompt: 'Hi',
    providerOptions: { reasoning: { summary: 'detailed' }, metadata: { team: 'blue' } },
  });
  expect(body).toMatchObject({
    stream: true,
    reasoning: { summary: 'detailed' },
    metadata: { team: 'blue' },
    include: ['reasoning.encrypted_content'],
  });
});

describe('what is put over a body', () => {
  it('joins objects, replaces lists and everything else, and takes null for a value', () => {
    const body = { a: { b: 1, c: [1, 2], d: { e: 1 } }, f: 'g', h: [1], i: {} };
    const over = { a: { c: [3], d: { x: null } }, f: { y: 1 }, h: { 0: 2 }, i: 'text' };
    expect(putOver(body, over)).toEqual({
      a: { b: 1, c: [3], d: { e: 1, x: null } },
      f: { y: 1 },
      h: { 0: 2 },
      i: 'text',
    });
  });

  it('changes neither of the two, and no prototype', () => {
    const body = Object.freeze({ a: Object.freeze({ b: 1 }) });
    const over = JSON.parse('{"__proto__":{"polluted":true},"a":{"c":2}}') as Record<string, never>;
    const put = putOver(body, Object.freeze(over));
    expect(JSON.stringify(put)).toBe('{"a":{"b":1,"c":2},"__proto__":{"polluted":true}}');
    expect(Object.getPrototypeOf(put)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
  });

  it('is the body itself when there is nothing to put', () => {
    const body = { a: 1 };
    expect(putOver(body, null)).toBe(body);
  });
});

describe('providerOptions that are refused', () => {
  it.each([['text'], [[1]], [3], [true]])('are no object: %j', async (providerOptions) => {
    await using toys = await startToys({ toy: {} });
    const problems = await refusalOf(toys, { model: 'toy', prompt: 'Hi', providerOptions });
    expect(problems.map(describeProblem)).toEqual([
      'INVALID_REQUEST input.providerOptions: providerOptions must be an object.\n  allowed null; no suggestion',
    ]);
  });

  it('set what this API sets itself, each named', async () => {
    await using toys = await startToys({ toy: {} });
    const providerOptions = {
      model: 'other',
      messages: [],
      input: '',
      contents: [],
      stream: false,
      stream_options: {},
      mine: 1,
    };
    const problems = await refusalOf(toys, { model: 'toy', prompt: 'Hi', providerOptions });
    expect(problems.map(({ code, path }) => `${code} ${path.join('.')}`)).toEqual(
      ['model', 'messages', 'input', 'contents', 'stream', 'stream_options'].map(
        (name) => `INVALID_REQUEST input.providerOptions.${name}`,
      ),
    );
  });
});

test('an empty object and null are no providerOptions to speak of', async () => {
  await using toys = await startToys({ toy: {} });
  const input = { model: 'toy', prompt: 'Hi' };
  expect((await acceptanceOf(toys, { ...input, providerOptions: {} })).request.providerOptions).toEqual({});
  expect((await acceptanceOf(toys, { ...input, providerOptions: null })).request.providerOptions).toBeNull();
});

test('a demo model says that it has no use for providerOptions', async () => {
  await using app = await startApp();
  const input = { model: 'demo', prompt: 'Hi', providerOptions: { service_tier: 'flex' } };
  const { data } = await request(app, GENERATE_MUTATION, { input });
  expect(data.generate.warnings).toMatchObject([{ code: 'PARAMETER_DROPPED' }, { code: 'PROVIDER_WARNING' }]);
});
