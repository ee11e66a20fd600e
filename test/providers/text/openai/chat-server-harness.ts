import { collect } from '../../../../src/core/stream-event.ts';
import { providerErrorOf } from '../../../support/upstream/provider-error.ts';
import { toArray } from '../../../support/to-array.ts';
import { sendJson, startUpstream } from '../../../support/upstream/upstream-server.ts';
import { connect, createConfig, createRequest, type Framing, never, startStream } from './openai-harness.ts';

const CONFIG = createConfig('chat_completion');
export const LF: Framing = { named: false, lineEnd: '\n', done: true };
const REQUEST = createRequest({
  tools: ['get_weather', 'get_time', 'get', 'get_weather_daily'].map((name) => ({
    type: 'function',
    name,
    description: null,
    parameters: { type: 'object' },
    strict: null,
  })),
});

/** A chunk with one choice; null: without a delta. */
export const choice = (delta: object | null, more: object = {}): object => ({
  choices: [{ index: 0, ...(delta !== null && { delta }), ...more }],
});
export const end = (finish_reason: unknown, more: object = {}): object =>
  choice({}, { finish_reason, ...more });
export const fragment = (...calls: readonly object[]): object => choice({ tool_calls: calls });
/** One fragment of a call; what is left out is not sent. */
export const call = (fields: { index?: unknown; id?: unknown; name?: unknown; args?: unknown }): object => ({
  ...('index' in fields && { index: fields.index }),
  ...('id' in fields && { id: fields.id }),
  function: {
    ...('name' in fields && { name: fields.name }),
    ...('args' in fields && { arguments: fields.args }),
  },
});

/** What a stream adds up to. */
export const read = async (chunks: readonly object[], framing: Framing = LF) => {
  await using upstream = await startStream(chunks, framing);
  const { text, reasoning, toolCalls, finishReason, citations } = await collect(
    connect(upstream.origin, CONFIG).stream(REQUEST, { signal: never() }),
  );
  return { text, reasoning, toolCalls, finishReason, citations };
};
export const readEvents = async (chunks: readonly object[]) => {
  await using upstream = await startStream(chunks, LF);
  return await toArray(connect(upstream.origin, CONFIG).stream(REQUEST, { signal: never() }));
};
export const readWhole = async (body: object) => {
  await using upstream = await startUpstream((incoming) => sendJson(incoming, body));
  return await connect(upstream.origin, CONFIG).generate(REQUEST, { signal: never() });
};
export const failureOf = async (chunks: readonly object[], framing: Framing = LF) => {
  await using upstream = await startStream(chunks, framing);
  return await providerErrorOf(
    toArray(connect(upstream.origin, CONFIG).stream(REQUEST, { signal: never() })),
  );
};
