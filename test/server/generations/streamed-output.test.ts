import { describe, expect, it } from 'vitest';
import type { Settings } from '../../../config/settings.ts';
import type { JsonValue } from '../../../src/core/json.ts';
import {
  collectOverSse,
  collectOverWebSocket,
  type GraphqlResponse,
  request,
  startApp,
  type TestApp,
} from '../../support/app/app.ts';
import { type Event, FOLLOW_SUBSCRIPTION, toEvents, toNormalEvents } from '../../support/app/events.ts';
import { createSteppedToy } from '../../support/app/stepped-toy.ts';
import { finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';
import { findBatchEngines } from '../../support/databases/batch-database.ts';
import { createOutputFold } from '../../support/fold-output.ts';
import {
  BAD,
  foldOf,
  GOOD,
  inputOf,
  inTurn,
  pieces,
  said,
  startAnswering,
  STREAM,
  stepOf,
  WAIT,
} from './output-harness.ts';

const engines = await findBatchEngines();
const TRANSPORTS = [
  ['SSE', collectOverSse],
  ['WebSocket', collectOverWebSocket],
] as const;
type Collect = (typeof TRANSPORTS)[number][1];

const wantsSteps = (output: object, more: object = {}) => ({
  model: 'toy',
  prompt: 'Hi',
  output,
  streamOutput: true,
  ...more,
});

const outputOf = (events: readonly Event[]): JsonValue => events.at(-1)?.['generation'].output;

/** What the document comes to after each event. */
const documentsOf = (events: readonly Event[]): readonly JsonValue[] => {
  const fold = createOutputFold();
  return events.map((event) => {
    const step = stepOf(event);
    if (step !== undefined) fold.add(step);
    return structuredClone(fold.document());
  });
};

/** Whether a document may become another one as it is written on. */
const isBeginningOf = (start: JsonValue, whole: JsonValue): boolean => {
  if (typeof start === 'string' && typeof whole === 'string') return whole.startsWith(start);
  if (typeof start !== 'object' || typeof whole !== 'object' || start === null || whole === null)
    return start === whole;
  if (Array.isArray(start) !== Array.isArray(whole)) return false;
  const then = new Map<string, JsonValue>(Object.entries(whole));
  return Object.entries(start).every(([key, value]) => {
    const there = then.get(key);
    return there !== undefined && isBeginningOf(value, there);
  });
};

const DOCUMENTS: readonly (readonly [string, JsonValue])[] = [
  [
    'is nested',
    {
      items: [
        { name: 'a/b', tags: ['x', '~'] },
        { name: '', tags: [] },
      ],
      'a/b': { '~': null },
    },
  ],
  ['has every kind of value', [0, -1.5e-7, 12345678901, true, false, null, '', {}, []]],
  ['has other characters', { 'schlüssel 🦉': 'Grüße 👩‍👩‍👧 "quoted" \\ \n\u0000 \u2028' }],
  ['is a text', 'Hello, world'],
  ['is a number', 42],
  ['has names of an object’s own', { constructor: { length: 1 }, hasOwnProperty: 'x' }],
];

describe.each(TRANSPORTS)('a JSON document streamed over %s', (_name, collect) => {
  it.each(DOCUMENTS)('is a beginning of it at every moment: one that %s', async (_what, document) => {
    for (const text of [JSON.stringify(document), JSON.stringify(document, null, 2)]) {
      await using server = await startAnswering(inTurn(said(text)));
      const events = toEvents(
        await collect(server.app, STREAM, { input: wantsSteps({ json: true }, { model: 'json' }) }),
      );
      expect(outputOf(events)).toEqual(document);
      expect(foldOf(events)).toEqual(document);
      const seen = documentsOf(events).filter((value) => value !== null);
      for (const [index, value] of seen.entries()) {
        expect(isBeginningOf(value, document)).toBe(true);
        expect(isBeginningOf(seen[index - 1] ?? value, value)).toBe(true);
      }
      const last = events.findLast(({ __typename }) => __typename === 'OutputUpdated');
      expect(last).toMatchObject({ path: '', change: 'DONE', value: null });
      expect(events.indexOf(last as Event)).toBeLessThan(events.length - 1);
    }
  });

  it('comes with the text that brought it, before the next', async () => {
    await using server = await startAnswering(inTurn(said(GOOD)));
    const events = toEvents(
      await collect(server.app, STREAM, { input: inputOf('REPORT', { streamOutput: true }) }),
    );
    let text = '';
    const fold = createOutputFold();
    for (const event of events) {
      if (event.__typename === 'TextDelta') text += String(event['text']);
      const step = stepOf(event);
      if (step === undefined) continue;
      fold.add(step);
      expect(text.length).toBeGreaterThan(0);
      const { city } = fold.document() as { city?: string };
      if (city !== undefined) expect(text).toContain(`"city":"${city}`);
    }
    expect(fold.document()).toEqual(JSON.parse(GOOD));
  });
});

describe('a streamed document', () => {
  it('is told to those alone who ask for it', async () => {
    await using server = await startAnswering(inTurn(said(GOOD)));
    const events = toEvents(await collectOverSse(server.app, STREAM, { input: inputOf('REPORT') }));
    expect(events.map(({ __typename }) => __typename)).not.toContain('OutputUpdated');
  });

  it.each([
    ['is prose after all', '{"a": 1} is what I found'],
    ['is cut short', '{"a": [1, 2'],
    ['breaks in the middle', '{"a": [1, }'],
    ['is two documents', '{"a":1}{"b":2}'],
    ['is in a fence', '```json\n{}\n```'],
    ['is empty', ''],
  ])('comes to the output of the generation, null, where the text %s', async (_what, text) => {
    await using server = await startAnswering(inTurn(said(text)));
    const input = wantsSteps({ json: true }, { model: 'json' });
    const events = toEvents(await collectOverSse(server.app, STREAM, { input }));
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationCompleted' });
    expect(outputOf(events)).toBeNull();
    expect(foldOf(events)).toBeNull();
  });

  it('begins anew with REPAIR, and comes to the second answer', async () => {
    await using server = await startAnswering(inTurn(said(BAD), said(GOOD)));
    const input = inputOf('REPAIR', { streamOutput: true });
    const events = toEvents(await collectOverWebSocket(server.app, STREAM, { input }));
    const warnedAt = events.findIndex(({ __typename }) => __typename === 'WarningRaised');
    expect(foldOf(events.slice(0, warnedAt))).toEqual(JSON.parse(BAD));
    const next = events.slice(warnedAt + 1);
    expect(next.find((event) => stepOf(event) !== undefined)).toMatchObject({
      path: '',
      change: 'SET',
      value: null,
    });
    expect(next.findIndex((event) => stepOf(event) !== undefined)).toBeLessThan(
      next.findIndex(({ __typename }) => __typename === 'TextDelta'),
    );
    expect(foldOf(events)).toEqual(JSON.parse(GOOD));
    expect(outputOf(events)).toEqual(JSON.parse(GOOD));
  });

  it.each(['FAIL', 'REPAIR'] as const)('is taken back where %s ends without output', async (onViolation) => {
    await using server = await startAnswering(inTurn(said(BAD)));
    const input = inputOf(onViolation, { streamOutput: true });
    const events = toEvents(await collectOverSse(server.app, STREAM, { input }));
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationFailed', generation: { output: null } });
    expect(foldOf(events)).toBeNull();
  });

  it('stays as far as it had come where the generation is cancelled', async () => {
    const toy = createSteppedToy();
    await using app = await startApp({}, toyOverrides(toy, { toy: { structuredOutput: true } }));
    const streaming = collectOverWebSocket(app, STREAM, { input: inputOf('FAIL', { streamOutput: true }) });
    await toy.give(...pieces('{"city":"Ber'));
    const { data } = await request(app, '{ generations { nodes { id } } }');
    await request(app, `mutation { cancelGeneration(id: "${data.generations.nodes[0].id}") { id } }`);
    const events = toEvents(await streaming);
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationCancelled' });
    expect(foldOf(events)).toEqual({ city: 'Ber' });
  });

  it('begins anew after tool calls, whose text is no answer', async () => {
    const call = {
      type: 'tool-call',
      toolCall: { callId: 'c', name: 'f', arguments: {}, builtIn: false, result: null, opaque: null },
    } as const;
    const first = [textDelta('{"city":"Rome"'), call, finishEvent({ reason: 'tool-calls' })];
    await using server = await startAnswering(inTurn(first, said(GOOD)));
    const tools = [{ function: { name: 'f', parameters: { type: 'object' } } }];
    const input = inputOf('FAIL', { streamOutput: true, tools });
    const { data } = await request(server.app, START, { input });
    const { id } = data.startGeneration;
    const isPaused = ({ data: shown }: GraphqlResponse) =>
      shown.generationEvents.__typename === 'ActionRequired';
    const before = toEvents(
      await collectOverSse(server.app, FOLLOW_SUBSCRIPTION, { id }, { until: isPaused }),
    );
    expect(foldOf(before)).toEqual({ city: 'Rome' });
    await request(server.app, SUBMIT, { id });
    const after = before.at(-1)?.['cursor'];
    const rest = toEvents(await collectOverSse(server.app, FOLLOW_SUBSCRIPTION, { id, after }));
    expect(foldOf([...before, ...rest])).toEqual(JSON.parse(GOOD));
  });

  it.each([
    ['text', undefined],
    ['text', { text: true }],
  ])('is refused for an answer in %s: %j', async (_what, output) => {
    await using server = await startAnswering(inTurn(said('x')));
    const { errors } = await request(server.app, WAIT, { input: { ...wantsSteps({}), output } });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID_REQUEST',
      path: ['input', 'streamOutput'],
    });
    expect(server.toy.calls).toEqual([]);
  });
});

const START = 'mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }';
const SUBMIT = `mutation ($id: ID!) {
  submitToolResults(generationId: $id, results: [{ callId: "c", output: 1 }]) { id }
}`;

/** From each event on, and from the beginning, all that follows it and nothing else. */
const expectTails = async (app: TestApp, all: readonly Event[], collect: Collect): Promise<void> => {
  const id = all[0]?.['generationId'];
  for (const [index, event] of [undefined, ...all].entries()) {
    const after = event?.['cursor'];
    const rest = toEvents(await collect(app, FOLLOW_SUBSCRIPTION, { id, after }));
    expect(toNormalEvents(rest)).toEqual(toNormalEvents(all.slice(index)));
    expect(foldOf([...all.slice(0, index), ...rest])).toEqual(outputOf(all));
  }
};

describe.each(engines)('a streamed document, kept in $name', { timeout: 120_000 }, (engine) => {
  const toy = () => inTurn(said(BAD), said(GOOD));
  const input = inputOf('REPAIR', { streamOutput: true });

  it.skipIf(engine.problem !== null)(
    'is resumed at every event, also after the server was started anew',
    async () => {
      await using database = await engine.open();
      const before = await startAnswering(toy(), database.settings);
      const all = toEvents(await collectOverWebSocket(before.app, STREAM, { input }));
      await expectTails(before.app, all, collectOverWebSocket);
      await before.app.close();
      await using after = await startAnswering(toy(), database.settings);
      await expectTails(after.app, all, collectOverSse);
      expect(after.toy.calls).toEqual([]);
    },
  );

  it.skipIf(engine.problem !== null)('is the output of the snapshot where its events are gone', async () => {
    await using database = await engine.open();
    const settings: Partial<Settings> = { ...database.settings, eventRetentionMs: 0 };
    const before = await startAnswering(toy(), settings);
    const all = toEvents(await collectOverWebSocket(before.app, STREAM, { input }));
    await before.app.close();
    await using server = await startAnswering(toy(), settings);
    const id = all[0]?.['generationId'];
    const rest = toEvents(
      await collectOverSse(server.app, FOLLOW_SUBSCRIPTION, { id, after: all[9]?.['cursor'] }),
    );
    expect(rest.map(({ __typename, generation }) => [__typename, generation.output])).toEqual([
      ['GenerationSnapshot', JSON.parse(GOOD)],
      ['GenerationCompleted', JSON.parse(GOOD)],
    ]);
  });
});
