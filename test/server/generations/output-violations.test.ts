import { describe, expect, it, test } from 'vitest';
import type { Message, TextPart } from '../../../src/core/message.ts';
import { collectOverSse, collectOverWebSocket, request, startApp } from '../../support/app/app.ts';
import { FOLLOW_SUBSCRIPTION, toEvents } from '../../support/app/events.ts';
import { createSteppedToy } from '../../support/app/stepped-toy.ts';
import { answerOf, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';
import { usageOf } from '../../services/generations/run/run-harness.ts';
import {
  BAD,
  GOOD,
  inputOf,
  inTurn,
  pieces,
  READ,
  said,
  startAnswering,
  STREAM,
  textOf,
  WAIT,
} from './output-harness.ts';

const VIOLATIONS = [
  { path: '', message: 'must NOT have additional properties: "x"' },
  { path: '/people', message: 'must be >= 1' },
];
const WORDS =
  'The answer breaks the schema of the request: must NOT have additional properties: "x"; and 1 more.';
const WARNING = {
  code: 'OUTPUT_VIOLATES_SCHEMA',
  message: WORDS,
  path: ['input', 'output', 'schema'],
};
const INVALID = { code: 'OUTPUT_INVALID', message: WORDS, retryable: true, provider: 'toy' };

describe('an answer that breaks its schema', () => {
  it.each([undefined, 'REPORT'] as const)('is reported when the request says %s', async (onViolation) => {
    await using server = await startAnswering(inTurn(said(BAD)));
    const { data } = await request(server.app, WAIT, { input: inputOf(onViolation) });
    expect(data.generate).toMatchObject({
      status: 'COMPLETED',
      text: BAD,
      output: JSON.parse(BAD),
      finishReason: 'STOP',
      outputViolations: VIOLATIONS,
      warnings: [WARNING],
      error: null,
    });
    const events = toEvents(await collectOverSse(server.app, STREAM, { input: inputOf(onViolation) }));
    expect(events.slice(-2).map(({ __typename }) => __typename)).toEqual([
      'WarningRaised',
      'GenerationCompleted',
    ]);
  });

  it('fails the generation when the request says FAIL, and the text is kept', async () => {
    await using server = await startAnswering(inTurn(said(BAD)));
    const { errors } = await request(server.app, WAIT, { input: inputOf('FAIL') });
    expect(errors?.[0]).toMatchObject({
      message: WORDS,
      extensions: { code: 'OUTPUT_INVALID', retryable: true },
    });
    const id = errors?.[0]?.extensions?.['generationId'];
    const { data } = await request(server.app, READ, { id });
    expect(data.generation).toMatchObject({
      status: 'FAILED',
      text: BAD,
      output: null,
      finishReason: 'STOP',
      outputViolations: VIOLATIONS,
      error: INVALID,
      usage: { inputTokens: 10, outputTokens: 5 },
    });
    const events = toEvents(await collectOverWebSocket(server.app, STREAM, { input: inputOf('FAIL') }));
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationFailed', error: INVALID });
    expect(textOf(events)).toBe(BAD);
  });

  it.each([
    ['is cut by its limit', said('{"city":"Be', { reason: 'length' }), 'LENGTH'],
    ['is a refusal', said('I cannot.', { reason: 'content-filter' }), 'CONTENT_FILTER'],
    ['is empty', said('', { reason: 'content-filter' }), 'CONTENT_FILTER'],
    ['is prose', said('It is Bern.'), 'STOP'],
    ['is in a fence', said(`\`\`\`json\n${GOOD}\n\`\`\``), 'STOP'],
    ['has words after it', said(`${GOOD} Enjoy!`), 'STOP'],
    ['is another kind of JSON', said('["Bern"]'), 'STOP'],
    ['ended for another reason', said('null', { reason: 'other' }), 'OTHER'],
  ])('is never a silent success: one that %s', async (_what, turn, finishReason) => {
    await using server = await startAnswering(inTurn(turn));
    const reported = (await request(server.app, WAIT, { input: inputOf() })).data.generate;
    expect(reported).toMatchObject({ status: 'COMPLETED', finishReason });
    expect(reported.outputViolations).toHaveLength(1);
    expect(reported.warnings.map(({ code }: { code: string }) => code)).toContain('OUTPUT_VIOLATES_SCHEMA');
    const { errors } = await request(server.app, WAIT, { input: inputOf('FAIL') });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'OUTPUT_INVALID' });
    expect(server.toy.calls).toHaveLength(2);
  });

  it('is found where its cost ended it, and never repaired', async () => {
    const turn = [...pieces('{"city":"Bern"'), ...pieces(' '.repeat(4_000)), finishEvent()];
    await using server = await startAnswering(inTurn(turn));
    const input = inputOf('REPORT', { maxCostUsd: 0.0005 });
    const { data } = await request(server.app, WAIT, { input });
    expect(data.generate).toMatchObject({ status: 'COMPLETED', finishReason: 'COST_LIMIT', output: null });
    expect(data.generate.outputViolations).toHaveLength(1);
    for (const onViolation of ['FAIL', 'REPAIR'] as const) {
      const { errors } = await request(server.app, WAIT, {
        input: inputOf(onViolation, { maxCostUsd: 0.0005 }),
      });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'OUTPUT_INVALID' });
    }
    expect(server.toy.calls).toHaveLength(3);
  });

  it('is held against the schema of the request, also for a model that is sent none', async () => {
    await using server = await startAnswering(inTurn(said(BAD), said('It is Bern.'), said(GOOD)));
    const input = inputOf('REPORT', { model: 'loose', onUnsupported: 'DROP_WITH_WARNING' });
    const answers = [];
    for (let asked = 0; asked < 3; asked += 1)
      answers.push((await request(server.app, WAIT, { input })).data.generate.outputViolations.length);
    expect(answers).toEqual([2, 1, 0]);
  });
});

describe('an answer that keeps to its schema', () => {
  it.each(['REPORT', 'FAIL', 'REPAIR'] as const)(
    'is completed, when the request says %s',
    async (onViolation) => {
      await using server = await startAnswering(inTurn(said(GOOD)));
      const { data } = await request(server.app, WAIT, { input: inputOf(onViolation) });
      expect(data.generate).toMatchObject({
        status: 'COMPLETED',
        output: JSON.parse(GOOD),
        outputViolations: [],
        warnings: [],
      });
      expect(server.toy.calls).toHaveLength(1);
    },
  );

  it('waits for no upstream that stays open behind it', async () => {
    await using server = await startAnswering(async function* ({ signal }) {
      yield* said(GOOD);
      await new Promise((_resolve, reject) => signal.addEventListener('abort', reject, { once: true }));
    });
    const { data } = await request(server.app, WAIT, { input: inputOf('FAIL') });
    expect(data.generate).toMatchObject({ status: 'COMPLETED' });
  });
});

const textPartOf = (message: Message | undefined): TextPart => {
  const [part] = message?.role === 'user' ? message.parts : [];
  if (part?.type !== 'text') throw new Error('there is no text of the user');
  return part;
};

describe('REPAIR', () => {
  const repaired = () => inTurn(said(BAD), said(GOOD));

  it('asks once more with the violations, and both answers are in the text and billed', async () => {
    await using server = await startAnswering(repaired());
    const events = toEvents(await collectOverWebSocket(server.app, STREAM, { input: inputOf('REPAIR') }));
    const warnedAt = events.findIndex(({ __typename }) => __typename === 'WarningRaised');
    expect(events[warnedAt]?.['warning']).toMatchObject(WARNING);
    expect([textOf(events.slice(0, warnedAt)), textOf(events.slice(warnedAt))]).toEqual([BAD, GOOD]);
    const { data } = await request(server.app, READ, { id: events[0]?.['generationId'] });
    expect(data.generation).toMatchObject({
      status: 'COMPLETED',
      text: BAD + GOOD,
      output: JSON.parse(GOOD),
      outputViolations: [],
      usage: { inputTokens: 20, outputTokens: 10 },
    });
    expect(data.generation.cost.total).toBeCloseTo(40e-6, 12);
    const [first, second, ...others] = server.toy.calls.map(({ request: sent }) => sent);
    expect(others).toEqual([]);
    expect(second?.messages.slice(0, -2)).toEqual(first?.messages);
    expect(second?.messages.at(-2)).toEqual({ role: 'assistant', parts: [{ type: 'text', text: BAD }] });
    const { text } = textPartOf(second?.messages.at(-1));
    expect(text).toContain('at /people: must be >= 1');
    expect(second?.output).toEqual(first?.output);
    expect(data.generation.messages).toMatchObject([
      { assistant: { text: BAD }, user: null },
      { assistant: null, user: [{ text }] },
      { assistant: { text: GOOD }, user: null },
    ]);
  });

  it('fails as FAIL when the second answer breaks the schema as well', async () => {
    await using server = await startAnswering(inTurn(said(BAD), said('["Bern"]')));
    const events = toEvents(await collectOverSse(server.app, STREAM, { input: inputOf('REPAIR') }));
    expect(events.at(-1)).toMatchObject({
      __typename: 'GenerationFailed',
      error: {
        code: 'OUTPUT_INVALID',
        message: 'The answer breaks the schema of the request: must be object.',
      },
    });
    expect(textOf(events)).toBe(`${BAD}["Bern"]`);
    expect(server.toy.calls).toHaveLength(2);
  });

  it('can be cancelled in between, which closes the second call', async () => {
    const toy = createSteppedToy();
    await using app = await startApp({}, toyOverrides(toy, { toy: { structuredOutput: true } }));
    const streaming = collectOverWebSocket(app, STREAM, { input: inputOf('REPAIR') });
    await toy.give(...said(BAD));
    await toy.call(1);
    await toy.give(textDelta('{"ci'));
    const { data } = await request(app, '{ generations { nodes { id status text } } }');
    const [{ id, status, text }] = data.generations.nodes;
    expect([status, text]).toEqual(['RUNNING', `${BAD}{"ci`]);
    await request(app, 'mutation ($id: ID!) { cancelGeneration(id: $id) { id } }', { id });
    await toy.aborted(1);
    const events = toEvents(await streaming);
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationCancelled' });
    expect(textOf(events)).toBe(`${BAD}{"ci`);
  });

  it('is not begun where it would cost more than the generation may', async () => {
    const usage = usageOf(400, 599);
    await using server = await startAnswering(inTurn(said(BAD, { usage })));
    const input = inputOf('REPAIR', { maxCostUsd: 0.001 });
    const { errors } = await request(server.app, WAIT, { input });
    expect(errors?.[0]).toMatchObject({ message: WORDS, extensions: { code: 'OUTPUT_INVALID' } });
    expect(server.toy.calls).toHaveLength(1);
  });

  it('counts for the time of the generation', async () => {
    await using server = await startAnswering(async function* ({ request: { messages }, signal }) {
      if (messages.length === 1) yield* said(BAD);
      else await new Promise((_resolve, reject) => signal.addEventListener('abort', reject, { once: true }));
    });
    const { errors } = await request(server.app, WAIT, { input: inputOf('REPAIR', { timeoutMs: 3_000 }) });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'PROVIDER_TIMEOUT' });
  });

  it('is judged by the guards, which may refuse it', async () => {
    const sources: string[] = [];
    const guard = {
      beforeGeneration: ({ source }: { source: string }) => {
        sources.push(source);
        return source === 'repair'
          ? { code: 'FORBIDDEN' as const, message: 'No second answers.' }
          : undefined;
      },
    };
    await using server = await startAnswering(repaired(), {}, { plugins: [guard] });
    const { errors } = await request(server.app, WAIT, { input: inputOf('REPAIR') });
    expect(errors?.[0]).toMatchObject({ message: 'No second answers.', extensions: { code: 'FORBIDDEN' } });
    expect(sources).toEqual(['generation', 'repair']);
    expect(server.toy.calls).toHaveLength(1);
  });

  it('goes on after tool calls, whose turn is no answer', async () => {
    const call = {
      type: 'tool-call',
      toolCall: { callId: 'c', name: 'f', arguments: {}, builtIn: false, result: null, opaque: null },
    } as const;
    const turns = [
      [textDelta('Let me see.'), call, finishEvent({ reason: 'tool-calls' })],
      said(BAD),
      said(GOOD),
    ];
    await using server = await startAnswering(inTurn(...turns));
    const input = inputOf('REPAIR', { tools: [{ function: { name: 'f', parameters: { type: 'object' } } }] });
    const { data } = await request(
      server.app,
      `mutation ($input: GenerateInput!) { generate(input: $input) { id status outputViolations { path } } }`,
      { input },
    );
    expect(data.generate).toMatchObject({ status: 'REQUIRES_ACTION', outputViolations: [] });
    const submit = `mutation ($id: ID!) { submitToolResults(generationId: $id, results: [{ callId: "c", output: 1 }]) { id } }`;
    await request(server.app, submit, { id: data.generate.id });
    const rest = toEvents(
      await collectOverSse(server.app, FOLLOW_SUBSCRIPTION, { id: data.generate.id }, { until: () => false }),
    );
    expect(rest.at(-1)).toMatchObject({ __typename: 'GenerationCompleted' });
    const { data: read } = await request(server.app, READ, { id: data.generate.id });
    expect(read.generation).toMatchObject({ output: JSON.parse(GOOD), text: `Let me see.${BAD}${GOOD}` });
  });
});

const refusalOf = async (input: object) => {
  await using server = await startAnswering(inTurn(said(GOOD)));
  const { errors } = await request(server.app, WAIT, { input });
  expect(server.toy.calls).toEqual([]);
  const { code, path } = errors?.[0]?.extensions ?? {};
  return { code, path, message: errors?.[0]?.message };
};

describe('a schema that cannot be held against anything', () => {
  const withSchema = (schema: object): object => ({
    model: 'toy',
    prompt: 'Hi',
    output: { schema: { name: 'x', schema } },
  });

  it.each([
    [
      { type: 'object', properties: { a: { $ref: 'https://example.com/a.json' } } },
      'https://example.com/a.json',
    ],
    [{ type: 'object', properties: { a: { $ref: '#/$defs/none' } } }, '#/$defs/none'],
    [{ type: 'object', properties: { a: { $ref: 'other.json' } } }, 'other.json'],
    [{ type: 'object', $ref: '#none' }, '#none'],
  ])('is refused before a call: %j', async (schema, named) => {
    const refusal = await refusalOf(withSchema(schema));
    expect(refusal).toMatchObject({ code: 'INVALID_REQUEST', path: ['input', 'output', 'schema', 'schema'] });
    expect(refusal.message).toContain(named);
  });

  it('is refused in a few words, however long its reference is', async () => {
    const { message } = await refusalOf(withSchema({ type: 'object', $ref: `https://${'x'.repeat(9_999)}` }));
    expect(message?.length).toBeLessThan(400);
  });

  it.each([
    { type: 'object', $defs: { a: { type: 'integer' } }, properties: { a: { $ref: '#/$defs/a' } } },
    { type: 'object', $defs: { a: { $anchor: 'n', type: 'integer' } }, properties: { a: { $ref: '#n' } } },
    { type: 'object', properties: { 'a/b': { type: 'integer' }, a: { $ref: '#/properties/a~1b' } } },
    { type: 'object', properties: { a: { $ref: '#' } } },
    { type: 'object', properties: { a: { examples: [{ $ref: 'no reference' }] } } },
    {
      $id: 'https://example.com/s',
      type: 'object',
      $defs: { a: { $id: 'a' } },
      properties: { a: { $ref: 'a' } },
    },
  ])('is none that refers to itself: %j', async (schema) => {
    await using server = await startAnswering(inTurn(said('{"a":{"a":"x"}}')));
    const { data } = await request(server.app, WAIT, { input: withSchema(schema) });
    expect(data.generate.status).toBe('COMPLETED');
  });
});

test('JSON that nests too deeply to be given on ends the generation, whose text is kept', async () => {
  const deep = `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
  await using server = await startAnswering(answerOf(textDelta(deep), finishEvent()));
  for (const output of [{ json: true }, inputOf('REPAIR')['output']]) {
    const { errors } = await request(server.app, WAIT, { input: { model: 'toy', prompt: 'Hi', output } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'PROVIDER_FAILED' });
    const { data } = await request(server.app, READ, { id: errors?.[0]?.extensions?.['generationId'] });
    expect(data.generation).toMatchObject({ status: 'FAILED', text: deep, output: null });
  }
});
