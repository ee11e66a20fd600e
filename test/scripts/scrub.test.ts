import { expect, test } from 'vitest';
import { toFixture } from '../../scripts/record/fixture.ts';
import type { RawExchange } from '../../scripts/record/record-fetch.ts';
import { assertScrubbed } from '../../scripts/record/scrub.ts';

const KEY = 'sk-proj-Zx81kQ0vLm3Nn5Pp7Rr9Tt';

/** Everything here that must not be found in a fixture has this in it, or is listed below. */
const MARKER = 'hush';

const SECRETS = [
  KEY,
  MARKER,
  'org-4Fj2kLq8sWz1',
  'proj_9sT7xY2bCdEf',
  'req_011CVabcdefghijklmnop',
  'gsk_abcdef0123456789abcdef',
  'AIzaSyA-abcdefghijklmnopqrstuvw',
  'ada@example.org',
  '203.0.113.7',
  'chatcmpl-9aB8cD7eF6gH5iJ4',
  'call_Xy12Zw34Vu56Ts78',
  'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.abc',
  'gAAAAABencryptedByTheVendor0123',
];

const chunk = {
  id: 'chatcmpl-9aB8cD7eF6gH5iJ4',
  model: 'gpt-oss-120b',
  organization: `${MARKER} & sons`,
  x_groq: { id: 'req_011CVabcdefghijklmnop', usage: { total_tokens: 3 } },
  choices: [
    {
      index: 0,
      delta: {
        content: 'Grüße, ada@example.org, from 203.0.113.7 with gsk_abcdef0123456789abcdef',
        tool_calls: [
          { index: 0, id: 'call_Xy12Zw34Vu56Ts78', function: { name: 'get_weather', arguments: '{}' } },
        ],
      },
    },
  ],
};
const output = {
  type: 'reasoning',
  id: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  encrypted_content: 'gAAAAABencryptedByTheVendor0123',
  error: `Key ${KEY} of Team: ${MARKER}, API key ID: ${MARKER}, Model: grok is not in org-4Fj2kLq8sWz1/proj_9sT7xY2bCdEf`,
  token: MARKER,
  user: { name: MARKER },
};

const exchange = (part: Partial<RawExchange> = {}): RawExchange => ({
  method: 'POST',
  url: `https://${MARKER}.example.com/v1/chat/completions?alt=sse&key=${KEY}&sig=${MARKER}`,
  requestHeaders: { authorization: `Bearer ${KEY}`, cookie: `session=${MARKER}`, 'x-api-key': KEY },
  requestBody: JSON.stringify({
    model: 'gpt-oss-120b',
    user: MARKER,
    prompt_cache_key: MARKER,
    messages: [
      { role: 'tool', tool_call_id: 'call_Xy12Zw34Vu56Ts78', content: `see AIzaSyA-abcdefghijklmnopqrstuvw` },
    ],
  }),
  status: 200,
  responseHeaders: {
    'content-type': 'text/event-stream',
    'set-cookie': `__cf=${MARKER}`,
    'openai-organization': MARKER,
    'x-request-id': 'req_011CVabcdefghijklmnop',
    'cf-ray': MARKER,
    'retry-after': '7',
  },
  responseBody: [chunk, output, { jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.abc' }]
    .map((payload) => `data: ${JSON.stringify(payload)}\n\n`)
    .concat('data: [DONE]\n\n')
    .join(''),
  ...part,
});

const RECORDED = { provider: 'groq', model: 'gpt-oss-120b', case: 'tools', on: '2026-11-22' };

test('nothing secret of an exchange with secrets everywhere gets into its fixture', () => {
  const fixture = toFixture([exchange()], RECORDED, { secrets: [KEY] });
  const text = JSON.stringify(fixture);
  expect(SECRETS.filter((secret) => text.includes(secret))).toEqual([]);
});

test('what a reader needs is left: payloads, texts, names, numbers, and which ids are the same', () => {
  const { exchanges } = toFixture([exchange()], RECORDED, { secrets: [KEY] });
  expect(exchanges[0]).toMatchObject({
    request: {
      method: 'POST',
      path: '/v1/chat/completions?alt=sse',
      body: { model: 'gpt-oss-120b', messages: [{ role: 'tool', tool_call_id: 'call_1' }] },
    },
    response: {
      status: 200,
      headers: { 'content-type': 'text/event-stream', 'retry-after': '7' },
      payloads: [
        {
          model: 'gpt-oss-120b',
          x_groq: { usage: { total_tokens: 3 } },
          choices: [
            { delta: { tool_calls: [{ id: 'call_1', function: { name: 'get_weather', arguments: '{}' } }] } },
          ],
        },
        { type: 'reasoning' },
        {},
      ],
    },
  });
});

test('an error that is no JSON is scrubbed as text', () => {
  const { exchanges } = toFixture(
    [
      exchange({
        status: 401,
        responseHeaders: { 'content-type': 'text/html' },
        responseBody: `<p>No such key: ${KEY}</p>`,
      }),
    ],
    RECORDED,
    { secrets: [KEY] },
  );
  expect(exchanges[0]?.response).toEqual({
    status: 401,
    headers: { 'content-type': 'text/html' },
    body: '<p>No such key: [key]</p>',
  });
});

test('a text that still holds a key is refused, and the refusal does not repeat it', () => {
  const refuse = (text: string): string => {
    try {
      assertScrubbed(text, { secrets: [KEY] });
    } catch (error) {
      return String(error);
    }
    return 'accepted';
  };
  expect(refuse(`{"a":"${KEY}"}`)).toMatch(/the key itself/);
  expect(refuse(`{"a":"${KEY}"}`)).not.toContain(KEY);
  expect(refuse('{"a":"gsk_0123456789abcdef0123"}')).toMatch(/nothing was written/);
  expect(refuse('{"a":"[key]"}')).toBe('accepted');
});
