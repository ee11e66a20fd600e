import type { AppOverrides } from '../../../src/app.ts';
import type { Settings } from '../../../config/settings.ts';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import { startApp } from '../../support/app/app.ts';
import { GENERATE_SUBSCRIPTION } from '../../support/app/events.ts';
import { flatPricing } from '../../support/app/flat-pricing.ts';
import { createOutputFold, type OutputStep } from '../../support/fold-output.ts';
import {
  createToy,
  finishEvent,
  textDelta,
  type Toy,
  type ToyAnswer,
  toyOverrides,
} from '../../support/app/toy-provider.ts';
import { usageOf } from '../../services/generations/run/run-harness.ts';
import type { Event } from '../../support/app/events.ts';

export const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' }, people: { type: 'integer', minimum: 1 } },
  required: ['city', 'people'],
  additionalProperties: false,
};

export const GOOD = '{"city":"Bern","people":140000}';
export const BAD = '{"city":"Bern","people":0,"x":1}';

export type OnViolation = 'REPORT' | 'FAIL' | 'REPAIR';

export const inputOf = (onViolation?: OnViolation, more: object = {}): Record<string, unknown> => ({
  model: 'toy',
  prompt: 'Which city?',
  output: { schema: { name: 'city', schema: SCHEMA, ...(onViolation && { onViolation }) } },
  ...more,
});

/** A text in pieces of three characters. */
export const pieces = (text: string): StreamEvent[] => (text.match(/.{1,3}/gsu) ?? []).map(textDelta);

export const said = (text: string, changes: Parameters<typeof finishEvent>[0] = {}): StreamEvent[] => [
  ...pieces(text),
  finishEvent({ usage: usageOf(10, 5), ...changes }),
];

/** Answers the first request with the first of these, and so on; the last one again and again. */
export const inTurn = (...turns: readonly (readonly StreamEvent[])[]): ToyAnswer => {
  let asked = 0;
  return async function* () {
    const turn = turns[Math.min(asked, turns.length - 1)] ?? [];
    asked += 1;
    yield* turn;
  };
};

export const startAnswering = async (
  answer: ToyAnswer,
  settings: Partial<Settings> = {},
  overrides: AppOverrides = {},
) => {
  const toy: Toy = createToy(answer);
  const models = {
    toy: { structuredOutput: true, functionCalling: true, pricing: flatPricing(1, 2) },
    loose: { pricing: null },
    json: { jsonMode: true, pricing: null },
  };
  const app = await startApp(settings, { ...toyOverrides(toy, models), ...overrides });
  return { app, toy, [Symbol.asyncDispose]: () => app.close() };
};

const ALL = `
  fragment All on Generation {
    status text output finishReason outputViolations { path message } warnings { code message path }
    error { code message retryable provider }
    usage { inputTokens outputTokens } cost { total }
    messages { assistant { text reasoning { text signature provider } toolCalls { callId } } user { text } }
  }
`;
export const WAIT = `mutation ($input: GenerateInput!) { generate(input: $input) { ...All } } ${ALL}`;
export const READ = `query ($id: ID!) { generation(id: $id) { ...All } } ${ALL}`;
export const STREAM = GENERATE_SUBSCRIPTION;

export const textOf = (events: readonly Event[]): string =>
  events.flatMap((event) => (event.__typename === 'TextDelta' ? event['text'] : [])).join('');

/** The step of a streamed document that an event is. */
export const stepOf = ({ __typename, ...event }: Event): OutputStep | undefined => {
  const { path, change, value } = event;
  return __typename === 'OutputUpdated' ? { path, change, value } : undefined;
};

/** What the streamed document comes to. */
export const foldOf = (events: readonly Event[]) => {
  const fold = createOutputFold();
  for (const step of events.map(stepOf)) if (step !== undefined) fold.add(step);
  return fold.document();
};
