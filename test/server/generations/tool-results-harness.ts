import type { AppOverrides } from '../../../src/app.ts';
import type { ToolCall } from '../../../src/core/generation.ts';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import {
  collectOverSse,
  collectOverWebSocket,
  type GraphqlResponse,
  request,
  startApp,
  type TestApp,
} from '../../support/app/app.ts';
import { type Event, GENERATE_SUBSCRIPTION, toEvents } from '../../support/app/events.ts';
import {
  answerOf,
  createToy,
  finishEvent,
  type Toy,
  type ToyAnswer,
  toyOverrides,
} from '../../support/app/toy-provider.ts';

export const STREAMS = { websocket: collectOverWebSocket, sse: collectOverSse } as const;
export const TRANSPORTS = ['websocket', 'sse'] as const;

export const GENERATE = `mutation ($input: GenerateInput!) { generate(input: $input) { ...All } } `;
const SUBMIT = `
  mutation ($id: ID!, $results: [ToolResultInput!]!) {
    submitToolResults(generationId: $id, results: $results) { ...All }
  }
`;
const READ = `query ($id: ID!) { generation(id: $id) { ...All } }`;
export const ALL = `
  fragment All on Generation {
    id status text finishReason lastSequence output toolCalls { callId } completedAt usage { totalTokens }
  }
`;

const weather = { function: { name: 'weather', parameters: { type: 'object' } } };
export const input = { model: 'caller', prompt: 'Weather?', tools: [weather] };

export const callOf = (callId: string, changes: Partial<ToolCall> = {}): StreamEvent => ({
  type: 'tool-call',
  toolCall: {
    callId,
    name: 'weather',
    arguments: { city: callId },
    builtIn: false,
    result: null,
    opaque: null,
    ...changes,
  },
});
export const calls = (...more: readonly StreamEvent[]): readonly StreamEvent[] => [
  ...more,
  finishEvent({ reason: 'tool-calls', rawReason: 'tool_calls' }),
];

/** Answers each turn with the next of these, by how many assistant messages the request brings. */
export const inTurns =
  (...turns: readonly (readonly StreamEvent[])[]): ToyAnswer =>
  (call) => {
    const past = call.request.messages.filter(({ role }) => role === 'assistant').length;
    return answerOf(...(turns[past] ?? []))(call);
  };

export interface CallerApp extends AsyncDisposable {
  readonly app: TestApp;
  readonly toy: Toy;
}

export const startCaller = async (
  answer: ToyAnswer,
  settings: Parameters<typeof startApp>[0] = {},
  overrides: AppOverrides = {},
): Promise<CallerApp> => {
  const toy = createToy(answer);
  const models = {
    caller: { functionCalling: true, parallelToolCalls: true, builtInTools: ['web_search'] },
  } as const;
  const app = await startApp(settings, { ...toyOverrides(toy, models), ...overrides });
  return { app, toy, [Symbol.asyncDispose]: () => app.close() };
};

type Results = readonly Readonly<Record<string, unknown>>[];

export const submit = (
  app: TestApp,
  id: string,
  results: Results,
  headers: Readonly<Record<string, string>> = {},
): Promise<GraphqlResponse> => request(app, SUBMIT + ALL, { id, results }, { headers });

export const read = async (app: TestApp, id: string) =>
  (await request(app, READ + ALL, { id })).data.generation;

/** The end of a generation, as the server notes it. */
export const endOf = async (app: TestApp, id: string): Promise<unknown> =>
  (
    await app.logged(
      ({ message, fields }) => message === 'a generation ended' && fields['generationId'] === id,
    )
  ).fields['status'];

/** Every event of a stream whose tool calls are answered by other requests, and what those were answered with. */
export const play = async (
  app: TestApp,
  transport: keyof typeof STREAMS,
  given: object,
  answer: (event: Event, round: number) => Results,
): Promise<{ readonly events: readonly Event[]; readonly submitted: readonly GraphqlResponse[] }> => {
  const submitting: Promise<GraphqlResponse>[] = [];
  const results = await STREAMS[transport](
    app,
    GENERATE_SUBSCRIPTION,
    { input: given },
    {
      until: ({ data }) => {
        const event = data?.generate as Event | undefined;
        if (event?.__typename === 'ActionRequired')
          submitting.push(submit(app, String(event['generationId']), answer(event, submitting.length)));
        return false;
      },
    },
  );
  return { events: toEvents(results), submitted: await Promise.all(submitting) };
};

export const resultsFor = (event: Event): Results =>
  (event['toolCalls'] as { callId: string }[]).map(({ callId }) => ({
    callId,
    output: `${callId} is sunny`,
  }));

export const typesOf = (events: readonly Event[]): string[] => events.map(({ __typename }) => __typename);
