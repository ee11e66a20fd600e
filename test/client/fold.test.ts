import { expect, test } from 'vitest';
import {
  EMPTY_SNAPSHOT,
  fold,
  type GenerationEvent,
  type GenerationSnapshot,
} from '../../client/src/index.ts';
import { createModelgraph } from '../../client/src/index.ts';
import { startApp } from '../support/app/app.ts';
import { createOutputFold } from '../support/fold-output.ts';
import { toArray } from '../support/to-array.ts';

let sequence = 0;
const place = () => ({ generationId: 'g1', sequence: ++sequence, cursor: `c${sequence}` });
const delta = (offset: number, text: string): GenerationEvent => ({
  __typename: 'TextDelta',
  ...place(),
  offset,
  text,
});
const output = (path: string, change: 'SET' | 'APPEND' | 'DONE', value: unknown): GenerationEvent => ({
  __typename: 'OutputUpdated',
  ...place(),
  path,
  change,
  value,
});

const foldAll = (events: readonly GenerationEvent[], from = EMPTY_SNAPSHOT): GenerationSnapshot =>
  events.reduce((state, event) => fold(event, state), from);

test('text, reasoning and calls are parts in their order; what does not change keeps its identity', () => {
  const before = foldAll([
    { __typename: 'ReasoningDelta', ...place(), offset: 0, text: 'Hm' },
    delta(0, 'Let me see.'),
    { __typename: 'ToolCallDelta', ...place(), callId: 'a', name: 'look', argumentsDelta: '{"at":' },
    { __typename: 'ToolCallDelta', ...place(), callId: 'b', name: 'look', argumentsDelta: '{}' },
  ]);
  expect(before.parts.map(({ type }) => type)).toEqual(['reasoning', 'text', 'tool', 'tool']);
  const after = fold(
    { __typename: 'ToolCallDelta', ...place(), callId: 'a', name: 'look', argumentsDelta: '1}' },
    before,
  );
  expect(after.parts.map((part, index) => part === before.parts[index])).toEqual([true, true, false, true]);
  expect(after.toolCalls.map((call, index) => call === before.toolCalls[index])).toEqual([false, true]);
  expect(after.toolCalls[0]).toMatchObject({ argumentsText: '{"at":1}', state: 'streaming' });
  expect(after.citations).toBe(before.citations);
  expect(after.warnings).toBe(before.warnings);
  expect(before.toolCalls[0]).toMatchObject({ argumentsText: '{"at":' });
});

test('pieces that repeat or overlap are taken once', () => {
  const first = delta(0, 'Hello ');
  const second = delta(6, 'there');
  const state = foldAll([first, second, first, second]);
  expect(state.text).toBe('Hello there');
  expect(fold(first, state)).toBe(state);
  expect(fold(delta(8, 'ere, you'), state).text).toBe('Hello there, you');
});

test('a repaired answer is a part of its own', () => {
  const warning = {
    code: 'OUTPUT_VIOLATES_SCHEMA',
    message: 'no',
    path: null,
    from: null,
    to: null,
  } as const;
  const { parts, text } = foldAll([
    delta(0, '{'),
    { __typename: 'WarningRaised', ...place(), warning },
    delta(1, '{}'),
  ]);
  expect(parts).toMatchObject([
    { text: '{', state: 'done' },
    { text: '{}', state: 'streaming' },
  ]);
  expect(text).toBe('{{}');
});

test('steps of a document are folded as they are told, with what they do not reach kept as it is', () => {
  const state = foldAll([
    output('', 'SET', {}),
    output('/a', 'SET', []),
    output('/a/0', 'SET', 'x'),
    output('/a/0', 'APPEND', 'y'),
    output('/a/0', 'DONE', null),
    output('/b~1c', 'SET', { d: 1 }),
    output('/__proto__', 'SET', 'own'),
  ]);
  expect(JSON.stringify(state.output)).toBe('{"a":["xy"],"b/c":{"d":1},"__proto__":"own"}');
  const next = fold(output('/a/1', 'SET', null), state);
  const [before, after] = [state.output, next.output] as Record<string, unknown>[];
  expect(after?.['b/c']).toBe(before?.['b/c']);
  expect(after?.['a']).not.toBe(before?.['a']);
  // A step whose beginning was not seen leads nowhere.
  expect(fold(output('/no/where', 'APPEND', 'x'), state).output).toBe(state.output);
});

test('a document that a server streams ends as the generation’s output', async () => {
  await using app = await startApp();
  const client = createModelgraph({ url: app.url });
  const handle = client.generate({
    model: 'demo-json',
    prompt: 'Who?',
    streamOutput: true,
    output: {
      schema: {
        name: 'person',
        schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
      },
    },
  });
  const steps = createOutputFold();
  const seen: string[] = [];
  for (const event of await toArray(handle.events())) {
    if (event.__typename !== 'OutputUpdated') continue;
    steps.add(event as Parameters<typeof steps.add>[0]);
    seen.push(JSON.stringify(steps.document()));
  }
  const generation = await handle.result();
  expect(handle.snapshot.output).toEqual(generation.output);
  expect(steps.document()).toEqual(generation.output);
  expect(seen.length).toBeGreaterThan(1);
});
