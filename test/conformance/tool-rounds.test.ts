import { describe, expect, test } from 'vitest';
import { type GraphqlResponse, request, TRANSPORTS } from '../support/app/app.ts';
import { type Event, GENERATE_SUBSCRIPTION, toEvents, toNormalEvents } from '../support/app/events.ts';
import { hasRecordings, type Raw } from '../support/upstream/replay.ts';
import { askAll, startRecordedApp } from './ask.ts';
import { addUp, type Outcome, outcomeOf } from './outcome.ts';
import { openForTests } from './open-recordings.ts';
import { ASKED, type AskedRecording } from './recordings.ts';

/** Recordings that begin with a call of a tool, streamed, and go on with its result. */
const FILES = [
  'openai/test_tool_use_basic.yaml',
  'openai/test_run_stream_sync_streams_real_model.yaml',
  'openai/test_tools_streaming_variant_d.yaml',
  'openai/test_responses_tool_use_streaming.yaml',
  'anthropic/chat_function_calling_anthropic_claude-haiku-4-5_can_use_tools_with_multi-turn_streaming_conversations.yml',
  'gemini/chat_function_calling_gemini_gemini-2_5-flash_can_use_tools_with_multi-turn_streaming_conversations.yml',
  'gemini/test_google_streaming_tool_call_thought_signature.yaml',
];

const SUBMIT = `
  mutation ($generationId: ID!, $results: [ToolResultInput!]!) {
    submitToolResults(generationId: $generationId, results: $results) { id status }
  }
`;

const RESULT = 'a made-up result';

/** What two turns come to as one generation. */
const joined = (first: Outcome, second: Outcome): Partial<Outcome> => ({
  text: first.text + second.text,
  toolCalls: [...first.toolCalls, ...second.toolCalls],
  citations: [...first.citations, ...second.citations],
  finishReason: second.finishReason,
  rawFinishReason: second.rawFinishReason,
  error: null,
});

const COUNTS = ['inputTokens', 'outputTokens', 'totalTokens', 'cacheReadTokens', 'reasoningTokens'];

describe.skipIf(!hasRecordings)('rounds of tools (skipped where the recordings are absent)', () => {
  const open = openForTests();

  /** One generation over two exchanges: the results are submitted as soon as they are asked for. */
  const playRound = async (recording: AskedRecording, way: 'websocket' | 'sse'): Promise<Event[]> => {
    const { replay } = open();
    replay.resetCassettes();
    await using app = await startRecordedApp(recording, replay.url(recording.file));
    const submitted: Promise<GraphqlResponse>[] = [];
    const submit = ({ data }: GraphqlResponse): boolean => {
      const { __typename: type, generationId, toolCalls } = data.generate;
      if (type === 'ActionRequired') {
        const results = toolCalls.map(({ callId }: Raw) => ({ callId, output: RESULT }));
        submitted.push(request(app, SUBMIT, { generationId, results }));
      }
      return false;
    };
    const input = { model: 'streamed', prompt: 'Hello' };
    const results = await TRANSPORTS[way](app, GENERATE_SUBSCRIPTION, { input }, { until: submit });
    const [answer, ...others] = await Promise.all(submitted);
    expect(others).toEqual([]);
    expect(answer?.errors).toBeUndefined();
    return toNormalEvents(toEvents(results));
  };

  describe.each(ASKED.filter(({ file }) => FILES.includes(file)))('$file', (recording) => {
    test('is one generation, whose log both clients read to its end', async () => {
      const [first, second] = await askAll(open(), recording, 'sse');
      if (first === undefined || second === undefined) throw new Error('no second turn');
      const { replay } = open();
      const sent = replay.log.length;
      const events = await playRound(recording, 'websocket');
      const bodies = replay.log.slice(sent).map(({ body }) => body);
      const types = events.map(({ __typename }) => __typename);
      expect(types.filter((type) => type === 'ActionRequired')).toHaveLength(1);
      expect(types.at(-1)).toBe('GenerationCompleted');
      expect(events.at(-1)?.['generation'].lastSequence).toBe(events.at(-1)?.sequence);

      const [before, after] = [outcomeOf(first.answer), outcomeOf(second.answer)];
      const outcome = addUp(events);
      expect(outcome).toMatchObject(joined(before, after));
      for (const count of COUNTS)
        expect(outcome.usage[count] ?? 0).toBe((before.usage[count] ?? 0) + (after.usage[count] ?? 0));

      // What the vendor gave along with the call for it to be sent back is sent back.
      expect(bodies).toHaveLength(2);
      expect(bodies[1]).toContain(RESULT);
      const given = JSON.stringify(first.exchanges).matchAll(/"thoughtSignature":("[^"]+")/g);
      for (const [, signature = ''] of given) expect(bodies[1]).toContain(signature);

      expect(await playRound(recording, 'sse')).toEqual(events);
    });
  });
});
