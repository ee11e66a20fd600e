import { expect, test } from 'vitest';
import { createModelgraph } from '../../client/src/index.ts';
import { startApp } from '../support/app/app.ts';
import { sendEventStream, startUpstream } from '../support/upstream/upstream-server.ts';
import { errorOf } from './waiting.ts';

const chunk = (delta: object, finishReason: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;
const CALL = `${chunk({
  tool_calls: [{ index: 0, id: 'call_1', function: { name: 'now', arguments: '{}' } }],
})}${chunk({}, 'tool_calls')}data: [DONE]\n\n`;
const NOON = `${chunk({ content: 'It is noon.' })}${chunk({}, 'stop')}data: [DONE]\n\n`;

test.for(['websocket', 'sse'] as const)(
  'keys of the page are sent over %s and with tool results, and nothing runs on without the page',
  async (transport) => {
    await using vendor = await startUpstream((exchange) =>
      sendEventStream(exchange, exchange.body.includes('"role":"tool"') ? NOON : CALL),
    );
    const providers = { openai: { apiKey: null, baseUrl: vendor.origin } };
    await using app = await startApp({ providerKeys: 'required', providers });
    const input = {
      model: 'gpt-4o',
      prompt: 'Hello',
      tools: [{ function: { name: 'now', parameters: { type: 'object' } } }],
    };
    const without = createModelgraph({ url: app.url, transport });
    expect(await errorOf(without.generate(input).result())).toMatchObject({ code: 'UNAUTHENTICATED' });
    const providerKeys = { openai: 'sk-of-the-page', anthropic: 'sk-ant-of-the-page' };
    const client = createModelgraph({ url: app.url, transport, providerKeys });
    const available = await client.models({ where: { available: true, providers: ['openai'] } });
    expect(available.map(({ name }) => name)).toContain('gpt-4o');
    const { text } = await client.generate(input, { onToolCall: () => 'noon' }).result();
    expect(text).toBe('It is noon.');
    expect(vendor.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer sk-of-the-page',
      'Bearer sk-of-the-page',
    ]);
    const kept = client.generate({ ...input, onDisconnect: 'CONTINUE' });
    expect(await errorOf(kept.result())).toMatchObject({ code: 'INVALID_REQUEST' });
    client.dispose();
    without.dispose();
  },
);
