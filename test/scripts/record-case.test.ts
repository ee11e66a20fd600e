import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Fixture, printFixture } from '../../scripts/record/fixture.ts';
import { recordCase } from '../../scripts/record/record-case.ts';
import { collect } from '../../src/core/stream-event.ts';
import { connectLine, sendTurn } from '../contract/contract-upstream.ts';
import { getCell, VENDOR_PROVIDERS } from '../contract/providers.ts';
import { createRequest, never } from '../providers/text/openai/openai-harness.ts';
import { failureOf } from '../support/upstream/provider-error.ts';
import { sendRecorded } from './recorded-fixture.ts';
import { sendJson, startUpstream } from '../support/upstream/upstream-server.ts';

const OPTIONS = {
  case: 'text',
  model: null,
  apiKey: 'sk-made-up-0123456789abcdef',
  baseUrl: null,
  now: new Date(0),
};

describe('a case recorded through a real provider', () => {
  const lines = VENDOR_PROVIDERS.filter(({ name }) => !name.includes('Chat Completions'));

  test.each(lines)('$name: what is played back is what was heard', async (line) => {
    const [turn] = getCell(line, 'text').turns;
    await using vendor = await startUpstream((request) => {
      request.response.setHeader('set-cookie', 'secret-cookie');
      request.response.setHeader('x-request-id', 'req_0123456789abcdef');
      return sendTurn(line, request, turn);
    });
    const provider = line.descriptor.name;
    for (const name of ['text', 'text-whole']) {
      const fixture = await recordCase({ ...OPTIONS, case: name, provider, baseUrl: vendor.origin });
      expect(fixture.recorded).toMatchObject({ provider, case: name, on: '1970-01-01' });
      const printed = printFixture(fixture);
      expect(printed).not.toMatch(/sk-made-up|secret-cookie|req_0123|127\.0\.0\.1/);
      const parsed = JSON.parse(printed) as Fixture;
      expect(parsed).toEqual(fixture);
      await using player = await startUpstream((request) =>
        sendRecorded(line.wire, request, parsed.exchanges[0]),
      );
      const played = await connectLine(line, line.model, player.origin);
      const asked = createRequest();
      const result =
        name === 'text'
          ? await collect(played.stream(asked, { signal: never() }))
          : await played.generate(asked, { signal: never() });
      expect(result).toMatchObject({ text: (turn.ends as { result: { text: string } }).result.text });
    }
  });
});

test('an error the vendor is meant to answer with is what is recorded', async () => {
  await using vendor = await startUpstream((request) =>
    sendJson(request, { error: { message: 'Too much.', type: 'invalid_request_error' } }, { status: 400 }),
  );
  const { exchanges } = await recordCase({
    ...OPTIONS,
    case: 'too-long',
    provider: 'groq',
    baseUrl: vendor.origin,
  });
  expect(exchanges).toMatchObject([{ response: { status: 400, body: { error: { message: 'Too much.' } } } }]);
});

test.each([
  [{ provider: 'groq', apiKey: null }, /^GROQ_API_KEY is not set\./],
  [{ provider: 'demo' }, /no provider "demo" to record/],
  [{ provider: 'groq', case: 'novelty' }, /no case "novelty"/],
  [{ provider: 'groq', model: 'gpt-4.1' }, /groq has no model "gpt-4\.1"/],
  [{ provider: 'perplexity', case: 'reasoning' }, /perplexity has no model for the case reasoning/],
  [{ provider: 'openai', case: 'reasoning', model: 'gpt-4.1' }, /not for gpt-4\.1/],
])('%j is refused in plain words', async (options, message) => {
  const failure = await failureOf(recordCase({ ...OPTIONS, ...options }));
  expect((failure as Error).message).toMatch(message);
});

test('a call that fails when it should not writes nothing and does not show the key', async () => {
  await using vendor = await startUpstream((request) =>
    sendJson(request, { error: { message: `Incorrect API key: ${OPTIONS.apiKey}` } }, { status: 401 }),
  );
  const failure = await failureOf(recordCase({ ...OPTIONS, provider: 'groq', baseUrl: vendor.origin }));
  expect(String(failure)).toMatch(/Nothing was written, the call failed: PROVIDER_AUTHENTICATION/);
  expect(String(failure)).not.toContain(OPTIONS.apiKey);
});

test('the command without a key says which one is missing and ends with 1', async () => {
  const script = fileURLToPath(new URL('../../scripts/record.ts', import.meta.url));
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) =>
    execFile(process.execPath, [script, 'xai', 'text'], { env: {}, cwd: '/' }, (error, _, stderr_) =>
      resolve({ code: error?.code, stderr: stderr_ }),
    ),
  );
  expect([code, stderr]).toEqual([
    1,
    'record: XAI_API_KEY is not set. A recording is made with the real vendor, at its price.\n',
  ]);
});
