import { expect, test } from 'vitest';
import type { UserPart } from '../../../../src/core/message.ts';
import { PNG } from '../../../contract/contract-request.ts';
import { connectDemoModel, drain, never, requestOf } from './demo-harness.ts';

const answerOf = async (model: string, ...request: Parameters<typeof requestOf>) =>
  connectDemoModel(model).provider.generate(requestOf(...request), { signal: never });

test.each([
  ['Is 1009 a prime number?', 'Yes: 1009 is a prime number.', '| 31 | 32 | 17 |'],
  ['Is 1001 prime?', 'No: 1001 is not a prime number.', '1001 = 7 × 143'],
  ['Is 1 a prime?', 'No: 1 is not a prime number.', 'The smallest prime number is 2'],
])('a question about primes is worked out: %s', async (prompt, verdict, detail) => {
  const { text, reasoning } = await answerOf('demo-reasoning', prompt);
  expect(text).toContain(verdict);
  expect(text).toContain(detail);
  expect(text).toContain('no language model was asked');
  expect(reasoning).not.toBeNull();
});

test.each(['Why is the sky blue?', 'Why is the sea salt?', 'What is GraphQL?'])(
  'a known subject is answered in markdown, and the answer says that it is scripted: %s',
  async (prompt) => {
    const { text } = await answerOf('demo', prompt);
    expect(text).toMatch(/^\*\*.+\*\*\n\n/);
    expect(text).toContain('*A scripted answer of the demo provider: no language model was asked.*');
  },
);

test.each([
  ['demo-markdown', 'Hello'],
  ['demo', 'Show me some markdown'],
  ['demo', 'Answer with a table, please'],
])('%s gives a table, code, lists and a quotation for: %s', async (model, prompt) => {
  const { text } = await answerOf(model, prompt);
  for (const element of ['\n## ', '\n| Event |', '\n```ts\n', '\n1. ', '\n   - ', '\n> ', '](https://'])
    expect(text).toContain(element);
});

test('demo-citations cites sources for the very sentences they belong to, as they are written', async () => {
  const { provider } = connectDemoModel('demo-citations');
  for (const prompt of ['Tell me about streams', 'Why is the sky blue?']) {
    const { events } = await drain(provider.stream(requestOf(prompt), { signal: never }));
    let text = '';
    let cited = 0;
    for (const event of events) {
      if (event.type === 'text-delta') text += event.text;
      if (event.type !== 'citation') continue;
      cited += 1;
      const { url, snippet, startIndex, endIndex } = event.citation;
      expect(url).toMatch(/^https:\/\//);
      expect(text.slice(startIndex ?? 0, endIndex ?? 0)).toBe(snippet);
    }
    expect(cited).toBeGreaterThan(0);
  }
});

test('demo-refusal ends as filtered, after saying so', async () => {
  expect(await answerOf('demo-refusal', 'Anything')).toMatchObject({
    text: expect.stringMatching(/^I can't help with that\./),
    finishReason: 'content-filter',
    rawFinishReason: 'content_filter',
  });
});

const described = async (...parts: readonly UserPart[]): Promise<string> => {
  const messages = [{ role: 'user', parts: [{ type: 'text', text: 'What is this?' }, ...parts] }] as const;
  return (await answerOf('demo-vision', '', { messages })).text;
};

const base64 = (bytes: string | Buffer) =>
  ({ type: 'base64', data: Buffer.from(bytes).toString('base64') }) as const;

test('demo-vision tells what came by its bytes, whatever it is said to be', async () => {
  const gif = Buffer.from('GIF89a\x20\x03\x58\x02', 'latin1');
  const text = await described(
    { type: 'image', source: { type: 'base64', data: PNG }, mediaType: 'image/jpeg', detail: null },
    { type: 'image', source: base64(gif), mediaType: null, detail: null },
    { type: 'image', source: base64('RIFF????WEBP'), mediaType: 'image/webp', detail: null },
    { type: 'file', source: base64('%PDF-1.7 and more'), mediaType: null, filename: 'plan.pdf' },
    { type: 'file', source: base64('a,b\n1,2'), mediaType: 'text/csv', filename: null },
  );
  expect(text).toContain('1. image: image/png, 1 × 1 pixels (square), 68 bytes');
  expect(text).toContain('2. image: image/gif, 800 × 600 pixels (landscape), 10 bytes');
  expect(text).toContain('3. image: image/webp, of unreadable dimensions, 12 bytes');
  expect(text).toContain('4. document: application/pdf, named `plan.pdf`, 17 bytes');
  expect(text).toContain('5. document: text/csv, 7 bytes');
  expect(text).toContain('What they show, only a model can see.');
});

test('demo-vision says that nothing came where nothing did', async () => {
  expect(await described()).toContain('No image, recording or document came with it.');
});

test('demo-tool shows a flat result as a table', async () => {
  const call = { type: 'tool-call', callId: 'c', name: 'get_weather', arguments: {}, opaque: null } as const;
  const { text } = await answerOf('demo-tool', '', {
    messages: [
      { role: 'user', parts: [{ type: 'text', text: 'Weather?' }] },
      { role: 'assistant', parts: [call] },
      { role: 'tool', callId: 'c', output: '{"celsius":21,"sky":"clear"}', isError: false },
    ],
  });
  expect(text).toContain('| Field | Value |\n|---|---|\n| celsius | 21 |\n| sky | clear |');
});

test.each([
  ['many words', 'word '.repeat(800_000), `"${Array.from({ length: 24 }, () => 'word').join(' ')} …"`],
  ['one long word', 'a'.repeat(4_000_000), `"${'a'.repeat(1_999)}…"`],
])('an answer repeats the beginning of a prompt of %s', async (_, prompt, repeated) => {
  const { text, usage } = await answerOf('demo', prompt);
  expect(text).toContain(`You wrote: ${repeated}.`);
  expect(usage?.inputTokens).toBe(prompt.trim().split(' ').length);
});
