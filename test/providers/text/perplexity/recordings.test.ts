import { describe, expect, test } from 'vitest';
import { collect } from '../../../../src/core/stream-event.ts';
import { connectPerplexity } from '../../../../src/providers/text/perplexity/provider.ts';
import { providerErrorOf } from '../../../support/upstream/provider-error.ts';
import { hasRecordings, openRecordings } from '../../../support/upstream/replay.ts';
import { sendJson, startUpstream } from '../../../support/upstream/upstream-server.ts';
import { createConfig, createRequest, never, startStream } from '../openai/openai-harness.ts';
import { CHAT_FRAMING, connectTo, RESPONSES_FRAMING } from '../openai-compatible/vendor-suite.ts';

const VENDOR = {
  connect: connectPerplexity,
  config: createConfig('responses_api', { provider: 'perplexity' }),
  framing: RESPONSES_FRAMING,
};

// All recordings are of the chat API that ended on 2026-09-27. The Agent API, which took its place, has other paths,
// other events and other items, so that none of them can be played through this provider: the hand-made streams stand
// in for them. What is left to learn from them is that their failures are told in the same shape, and that an answer
// in the old form is never taken for one in the new.
describe.skipIf(!hasRecordings)('recordings of the API that ended (skipped where they are absent)', () => {
  test.each([
    [
      'chat_error_handling_with_perplexity_sonar_raises_appropriate_auth_error.yml',
      'PROVIDER_AUTHENTICATION',
    ],
    [
      'chat_real_error_scenarios_perplexity_sonar_handles_context_length_exceeded_errors.yml',
      'CONTEXT_LENGTH_EXCEEDED',
    ],
  ])('the failure in %s is %s', async (file, code) => {
    const recordings = await openRecordings();
    const [exchange] = await recordings.exchanges(`perplexity/${file}`);
    await using upstream = await startUpstream((request) =>
      sendJson(request, exchange?.payloads[0], { status: exchange?.status ?? 0 }),
    );
    const call = connectTo(VENDOR, upstream.origin).generate(createRequest(), { signal: never() });
    expect(await providerErrorOf(call)).toMatchObject({ code, providerStatus: exchange?.status });
  });

  test.each([
    'perplexity-citations.chunks.txt',
    'chat_streaming_responses_perplexity_sonar_supports_streaming_responses.yml',
    'chat_citations_with_perplexity_sonar_returns_search_result_citations.yml',
    'chat_with_extended_thinking_perplexity_sonar-reasoning-pro_returns_thinking_when_available.yml',
    'chat_with_params_perplexity_sonar_supports_json_schema_response_format_param.yml',
  ])('%s is no answer of the Agent API, and no empty success', async (file) => {
    const recordings = await openRecordings();
    const exchanges = await recordings.exchanges(`perplexity/${file}`);
    expect(exchanges.length).toBeGreaterThan(0);
    for (const { streamed, payloads } of exchanges) {
      await using upstream = streamed
        ? await startStream(payloads, CHAT_FRAMING)
        : await startUpstream((request) => sendJson(request, payloads[0]));
      const provider = connectTo(VENDOR, upstream.origin);
      const call = streamed
        ? collect(provider.stream(createRequest(), { signal: never() }))
        : provider.generate(createRequest(), { signal: never() });
      expect((await providerErrorOf(call)).code).toBe('STREAM_TRUNCATED');
    }
  });
});
