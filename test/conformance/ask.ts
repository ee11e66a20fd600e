import type { ModelConfig } from '../../src/core/model-config.ts';
import { TEXT_PROVIDERS } from '../../src/providers/index.ts';
import { request, startApp, type TestApp, TRANSPORTS } from '../support/app/app.ts';
import { GENERATE_MUTATION, GENERATE_SUBSCRIPTION, toEvents, toNormalEvents } from '../support/app/events.ts';
import type { Exchange, Recordings, Replay, ReplayOptions } from '../support/upstream/replay.ts';
import { toyModels } from '../support/app/toy-provider.ts';
import { type Answer, outcomeOf } from './outcome.ts';
import type { AskedRecording } from './recordings.ts';
import { type ProviderCall, withTap } from './tap.ts';

/** How a client may hear of a generation: by its events over either transport, or by waiting for its end. */
export type Way = 'websocket' | 'sse' | 'mutation';

/** One asking, from the client's question to the vendor's bytes and back. */
export interface Asked {
  readonly answer: Answer;
  /** What the provider made of the vendor's bytes, before the rest of the server. */
  readonly call: ProviderCall;
  /** What was recorded: more than one exchange where the provider itself goes on with a paused turn. */
  readonly exchanges: readonly Exchange[];
  /** What the vendor was sent, a body for each exchange. */
  readonly bodies: readonly string[];
}

/** Whether the vendor is to stream its answer or to give it in one piece. */
export type Form = 'streamed' | 'whole';

/**
 * Models that take text and tools: one whose answers the server streams from the vendor, one whose answers it gets
 * whole. Nothing of them is the catalogue's, so that a change there changes no result here.
 */
const modelsOf = ({ provider, apiType, apiModel }: AskedRecording): readonly ModelConfig[] => {
  const changes = { apiType, apiModel, functionCalling: true, parallelToolCalls: true };
  return toyModels({ streamed: changes, whole: { ...changes, streaming: false } }, provider);
};

export interface RecordedApp extends TestApp {
  /** What its provider gave, call by call. */
  readonly calls: readonly ProviderCall[];
}

/** A whole server whose models are served by that address. */
export const startRecordedApp = async (
  recording: AskedRecording,
  baseUrl: string,
  idleTimeoutMs = 60_000,
): Promise<RecordedApp> => {
  const { provider } = recording;
  const descriptor = Object.values(TEXT_PROVIDERS).find(({ name }) => name === provider);
  if (descriptor === undefined) throw new Error(`no provider ${provider}`);
  const calls: ProviderCall[] = [];
  const app = await startApp(
    { providers: { [provider]: { apiKey: 'made-up', baseUrl } }, idleTimeoutMs },
    { providers: [withTap(descriptor, calls)], models: modelsOf(recording), aliases: {} },
  );
  return { ...app, calls };
};

const GENERATION_QUERY = `
  query ($id: ID!) {
    generation(id: $id) {
      text reasoning finishReason rawFinishReason
      toolCalls { callId name arguments builtIn result signature }
      citations { url title snippet startIndex endIndex }
      usage {
        inputTokens outputTokens totalTokens cacheReadTokens cacheWriteTokens reasoningTokens audioInputTokens source
      }
      warnings { code }
      error { code message retryable retryAfterMs provider providerStatus }
    }
  }
`;

const HELLO = { messages: [{ user: [{ text: 'Hello' }] }] };

interface Conversation {
  readonly messages: readonly object[];
  readonly tools?: readonly object[];
}

/** Asks for a generation and hears it to its end. */
export const ask = async (
  app: TestApp,
  way: Way,
  form: Form,
  conversation: Conversation = HELLO,
): Promise<Answer> => {
  const variables = { input: { model: form, ...conversation } };
  if (way !== 'mutation') {
    // A generation that waits for tool results goes on only with them; what is asked here is its turn so far.
    const results = await TRANSPORTS[way](app, GENERATE_SUBSCRIPTION, variables, {
      until: ({ data }) => data?.generate.__typename === 'ActionRequired',
    });
    return { type: 'events', events: toNormalEvents(toEvents(results)) };
  }
  const { data, errors } = await request(app, GENERATE_MUTATION, variables);
  const [error] = errors ?? [];
  if (error !== undefined) {
    const { generationId: id, ...extensions } = error.extensions ?? {};
    const { data: found } = await request(app, GENERATION_QUERY, { id });
    return { type: 'failure', extensions, generation: found.generation };
  }
  const { id: _id, ...generation } = data.generate;
  return { type: 'generation', generation };
};

/** The recording's requests that generate something, in their order. */
export const generatingExchanges = async (
  recordings: Recordings,
  { file }: AskedRecording,
): Promise<readonly Exchange[]> =>
  (await recordings.exchanges(file)).filter(({ method }) => method === 'POST');

/** The form an exchange was recorded in. */
export const recordedForm = ({ streamed }: Exchange): Form => (streamed ? 'streamed' : 'whole');

const RESULT = 'a made-up result';

/** The conversation with an answer in it, the results of its tool calls, and what the client says next. */
const goOn = ({ messages, tools = [] }: Conversation, answer: Answer): Conversation => {
  const { text, toolCalls } = outcomeOf(answer);
  const calls = toolCalls.filter((call) => !call.builtIn);
  if (text.trim() === '' && calls.length === 0) return { messages, tools };
  const functions = [...new Set(calls.map(({ name }) => name))]
    .filter((name) => !JSON.stringify(tools).includes(JSON.stringify(name)))
    .map((name) => ({ function: { name, parameters: { type: 'object' } } }));
  return {
    messages: [
      ...messages,
      {
        assistant: {
          text,
          toolCalls: calls.map(({ callId, name, arguments: parameters, signature }) => ({
            callId,
            name,
            arguments: parameters,
            signature,
          })),
        },
      },
      ...(calls.length > 0
        ? calls.map(({ callId }) => ({ tool: { callId, output: RESULT } }))
        : [{ user: [{ text: 'Go on.' }] }]),
    ],
    tools: [...tools, ...functions],
  };
};

/** What of an answer the vendor's next request has to hold, as JSON writes it. */
const tracesOf = (answer: Answer): readonly string[] => {
  const { text, toolCalls } = outcomeOf(answer);
  const calls = toolCalls.filter((call) => !call.builtIn);
  return [text, ...calls.flatMap(({ name }) => [name, RESULT])].map((trace) =>
    JSON.stringify(trace.trim()).slice(1, -1),
  );
};

/**
 * Asks for every exchange of a recording, one after the other, each in the form it was recorded in unless told otherwise, as one conversation
 * that grows by the answers and the results of their tool calls. Throws if the vendor is not sent the whole of it.
 */
export const askAll = async (
  { recordings, replay }: { readonly recordings: Recordings; readonly replay: Replay },
  recording: AskedRecording,
  way: Way,
  options: ReplayOptions = {},
  formOf: (exchange: Exchange) => Form = recordedForm,
): Promise<readonly Asked[]> => {
  replay.resetCassettes();
  await using app = await startRecordedApp(recording, replay.url(recording.file, options));
  const exchanges = await generatingExchanges(recordings, recording);
  const sent = replay.log.length;
  const asked: Asked[] = [];
  let conversation: Conversation = HELLO;
  let from = 0;
  for (let exchange = exchanges[from]; exchange !== undefined; exchange = exchanges[from]) {
    const answer = await ask(app, way, formOf(exchange), conversation);
    const to = replay.log.length - sent;
    if (to <= from) throw new Error(`the vendor was not asked: ${JSON.stringify(answer)}`);
    const bodies = replay.log.slice(sent + from, sent + to).map(({ body }) => body);
    const missing = asked
      .flatMap((before) => tracesOf(before.answer))
      .filter((trace) => bodies[0]?.includes(trace) !== true);
    if (missing.length > 0) throw new Error(`the vendor was not sent ${missing.join(', ')}`);
    const call = app.calls[asked.length];
    if (call === undefined) throw new Error('the provider was not called');
    asked.push({ answer, call, exchanges: exchanges.slice(from, to), bodies });
    conversation = goOn(conversation, answer);
    from = to;
  }
  return asked;
};
