import { describe, expect, test } from 'vitest';
import type { EventStream, StreamEvent } from '../../../src/core/stream-event.ts';
import { toReadyIterator } from '../../../src/lib/ready-iterator.ts';
import { collectOverSse, collectOverWebSocket, startApp } from '../../support/app/app.ts';
import { toEvents } from '../../support/app/events.ts';
import { flatPricing } from '../../support/app/flat-pricing.ts';
import { createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';

const STREAM = `subscription ($input: GenerateInput!) {
  generate(input: $input) {
    __typename sequence
    ... on TextDelta { offset text }
    ... on ReasoningDelta { offset text }
    ... on GenerationCompleted { generation { text reasoning } }
  }
}`;
const textsOf = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `${from + index}ø😀 `);

const reasoningDelta = (text: string): StreamEvent => ({ type: 'reasoning-delta', text });

/** A provider that gives these events at once, and then the end. */
const serve = (events: readonly StreamEvent[]) =>
  startApp(
    {},
    toyOverrides(
      createToy((): EventStream => {
        const batches = async function* (): AsyncGenerator<readonly StreamEvent[]> {
          yield await Promise.resolve(events);
          yield [finishEvent()];
        };
        return {
          batches: () => toReadyIterator(batches()),
          async *[Symbol.asyncIterator]() {
            for await (const batch of batches()) yield* batch;
          },
        };
      }),
      { toy: { pricing: flatPricing(1, 1) } },
    ),
  );

describe.each([
  ['graphql-ws', collectOverWebSocket],
  ['SSE', collectOverSse],
] as const)('deltas that a vendor sends at once, over %s', (_name, collect) => {
  const eventsOf = async (events: readonly StreamEvent[], more: object = {}) => {
    await using app = await serve(events);
    const input = { model: 'toy', prompt: 'Hi', ...more };
    return toEvents(await collect(app, STREAM, { input }));
  };
  const deltasOf = async (events: readonly StreamEvent[]) => {
    const all = await eventsOf(events);
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_event, index) => index + 1));
    return all.slice(1, -1).map(({ __typename, offset, text }) => [__typename, offset, text]);
  };

  test('are one event each as long as a subscriber that keeps up is sent each of them', async () => {
    const texts = textsOf(31);
    expect((await deltasOf(texts.map(textDelta))).map(([, , text]) => text)).toEqual(texts);
  });

  test('are one event in the log where a subscriber is sent them as one', async () => {
    const texts = textsOf(33);
    expect(await deltasOf(texts.map(textDelta))).toEqual([['TextDelta', 0, texts.join('')]]);
  });

  test('are one event each where each of them may be the one that costs too much', async () => {
    const texts = textsOf(33);
    const [, joined] = await eventsOf(texts.map(textDelta), { maxCostUsd: 1 });
    expect(joined).toMatchObject({ sequence: 1 + texts.length, text: texts.join('') });
  });

  test('keep their kinds and their order', async () => {
    const [thought, said, more] = [textsOf(40), textsOf(2), textsOf(50)];
    const events = [
      ...thought.map(reasoningDelta),
      ...said.map(textDelta),
      reasoningDelta('so'),
      ...more.map(textDelta),
    ];
    const found = await deltasOf(events);
    expect(found.at(0)).toEqual(['ReasoningDelta', 0, thought.join('')]);
    expect(found.at(-2)).toEqual(['ReasoningDelta', thought.join('').length, 'so']);
    expect(found.at(-1)).toEqual(['TextDelta', said.join('').length, more.join('')]);
  });
});
