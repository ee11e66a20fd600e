import { expect, it, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { answerOf, createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';
import { endedBatch } from '../../support/app/batch-requests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { getLine, startVendorApp } from '../../services/checks/vendor-harness.ts';

/** The text of an answer to a body that is sent as it stands: JavaScript would round its numbers. */
const post = async ({ url }: Pick<TestApp, 'url'>, body: string): Promise<string> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return response.text();
};

const MUTATION = 'mutation ($input: GenerateInput!) { generate(input: $input) { id output metadata } }';
const bodyOf = (input: string): string =>
  `{"query":${JSON.stringify(MUTATION)},"variables":{"input":${input}}}`;

const CALL = '{"callId":"a","name":"find","arguments":{"id":2512292042121000001}}';
const INPUTS: readonly (readonly [string, string, string])[] = [
  [
    'a tool result',
    `{"model":"MODEL","messages":[{"user":[{"text":"Hi"}]},{"assistant":{"toolCalls":[${CALL}]}},{"tool":{"callId":"a","output":{"n":[-9223372036854775807]}}}]}`,
    '-9223372036854775807',
  ],
  [
    'arguments of an earlier call',
    `{"model":"MODEL","messages":[{"user":[{"text":"Hi"}]},{"assistant":{"toolCalls":[${CALL}]}},{"tool":{"callId":"a","output":1}}]}`,
    '2512292042121000001',
  ],
  [
    'a schema',
    '{"model":"MODEL","prompt":"Hi","tools":[{"function":{"name":"f","parameters":{"type":"object","properties":{"n":{"type":"integer","maximum":9223372036854775807}}}}}]}',
    '"maximum":9223372036854775807',
  ],
  [
    'options',
    '{"model":"MODEL","prompt":"Hi","providerOptions":{"own":12345678901234567890}}',
    '"own":12345678901234567890',
  ],
];

it.each(INPUTS)('%s is sent with the digits that it came with', async (_what, input, sent) => {
  for (const [line, model] of [
    ['openai (Responses)', 'gpt-6.1-terra'],
    ['openai (Chat Completions)', 'gpt-4.1'],
    ['anthropic', 'claude-opus-5'],
  ] as const) {
    await using vendor = await startVendorApp(getLine(line));
    expect(await post(vendor.app, bodyOf(input.replace('MODEL', model)))).not.toContain('"errors"');
    expect(vendor.upstream.requests.at(-1)?.body.replaceAll('\\"', '"')).toContain(sent);
  }
});

test('output and metadata keep their digits, in the answer and when they are read again after a restart', async () => {
  await using folder = temporaryFolder();
  const overrides = toyOverrides(
    createToy(
      answerOf(textDelta('{"id":2512292042121000001,"list":[1,12345678901234567890]}'), finishEvent()),
    ),
    { toy: { jsonMode: true } },
  );
  const first = await startApp({ dataDirectory: folder.path }, overrides);
  const input =
    '{"model":"toy","prompt":"Hi","output":{"json":true},"metadata":{"order":98765432109876543210}}';
  const kept =
    '"output":{"id":2512292042121000001,"list":[1,12345678901234567890]},"metadata":{"order":98765432109876543210}';
  const answer = await post(first, bodyOf(input));
  expect(answer).toContain(kept);
  const { id } = (JSON.parse(answer) as { data: { generate: { id: string } } }).data.generate;
  await first.close();
  await using second = await startApp({ dataDirectory: folder.path }, overrides);
  const query = 'query ($id: ID!) { generation(id: $id) { output metadata } }';
  expect(await post(second, JSON.stringify({ query, variables: { id } }))).toContain(kept);
});

test('an answer is held against a schema with a long number, in a generation and in a batch', async () => {
  const overrides = toyOverrides(createToy(answerOf(textDelta('{"id":12}'), finishEvent())), {
    toy: { structuredOutput: true },
  });
  await using app = await startApp({}, overrides);
  const schema =
    '{"type":"object","properties":{"id":{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807}}}';
  const input = `{"model":"toy","prompt":"Hi","output":{"schema":{"name":"ids","schema":${schema}}}}`;
  const mutation =
    'mutation ($input: GenerateInput!) { generate(input: $input) { status output outputViolations { path } } }';
  expect(await post(app, `{"query":"${mutation}","variables":{"input":${input}}}`)).toContain(
    '{"status":"COMPLETED","output":{"id":12},"outputViolations":[]}',
  );

  const requests = `[{"customId":"a","input":${input}}]`;
  const submit =
    'mutation ($requests: [BatchRequestInput!]) { submitBatch(input: { requests: $requests }) { id } }';
  const answer = await post(app, `{"query":"${submit}","variables":{"requests":${requests}}}`);
  const { id } = (JSON.parse(answer) as { data: { submitBatch: { id: string } } }).data.submitBatch;
  expect(await endedBatch(app, id)).toMatchObject({ counts: { succeeded: 1 } });
});

test('metadata of a batch and of its requests keep their digits', async () => {
  await using app = await startApp();
  const submit =
    'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { metadata items { nodes { metadata } } } }';
  const metadata = '{"order":98765432109876543210}';
  const requests = `[{"customId":"a","input":{"model":"demo","prompt":"Hi","metadata":${metadata}}}]`;
  const input = `{"requests":${requests},"metadata":${metadata}}`;
  const answer = await post(app, `{"query":${JSON.stringify(submit)},"variables":{"input":${input}}}`);
  expect(answer).toContain(`{"metadata":${metadata},"items":{"nodes":[{"metadata":${metadata}}]}}`);
});

test.each(['seed', 'maxOutputTokens', 'timeoutMs'])(
  'a long number is refused where %s is counted',
  async (field) => {
    await using app = await startApp();
    const answer = await post(app, bodyOf(`{"model":"demo","prompt":"Hi","${field}":12345678901234567890}`));
    expect(answer).toContain('Int cannot represent');
    expect(answer).toContain('INVALID_REQUEST');
  },
);
