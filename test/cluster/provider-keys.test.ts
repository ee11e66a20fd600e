import { describe, expect, it } from 'vitest';
import type { GraphqlResponse, TestApp } from '../support/app/app.ts';
import { request } from '../support/app/app.ts';
import { sendEventStream, startUpstream } from '../support/upstream/upstream-server.ts';
import { named, postgres, startNodes } from './nodes.ts';

const chunk = (delta: object, finishReason: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;
const CALL = `${chunk({
  tool_calls: [{ index: 0, id: 'a', function: { name: 'now', arguments: '{}' } }],
})}${chunk({}, 'tool_calls')}data: [DONE]\n\n`;
const NOON = `${chunk({ content: 'Noon' })}${chunk({}, 'stop')}data: [DONE]\n\n`;

const GENERATE = 'mutation ($input: GenerateInput!) { generate(input: $input) { id status } }';
const READ = 'query ($id: ID!) { generation(id: $id) { status text } }';
const SUBMIT =
  'mutation ($id: ID!) { submitToolResults(generationId: $id, results: [{ callId: "a", output: "noon" }]) { status } }';
const input = {
  model: 'gpt-4o',
  prompt: 'Hi',
  tools: [{ function: { name: 'now', parameters: { type: 'object' } } }],
};
const OWN = { headers: { 'x-modelgraph-provider-key': 'openai sk-own-key-of-the-caller' } };

const codeOf = ({ errors }: GraphqlResponse): unknown => errors?.[0]?.extensions?.['code'];

describe.skipIf(postgres.problem !== null)(named("a generation with a caller's own key"), () => {
  it('goes on with tool results that bring the key to its own server, and waits where they do not', async () => {
    await using vendor = await startUpstream((exchange) =>
      sendEventStream(exchange, exchange.body.includes('"role":"tool"') ? NOON : CALL),
    );
    const cluster = await startNodes(2, {
      providerKeys: 'allowed',
      disconnectGraceMs: 3_600_000,
      providers: { openai: { apiKey: 'sk-key-of-the-server', baseUrl: vendor.origin } },
    });
    await using _cluster = cluster;
    const [here, there] = cluster.nodes as [TestApp, TestApp];
    const { data } = await request(here, GENERATE, { input }, OWN);
    const { id, status } = data.generate as { readonly id: string; readonly status: string };
    expect(status).toBe('REQUIRES_ACTION');
    const statusOf = async (node: TestApp): Promise<unknown> =>
      (await request(node, READ, { id })).data.generation?.status;
    await expect.poll(() => statusOf(there), { timeout: 30_000 }).toBe('REQUIRES_ACTION');
    // On its way through the database nothing has the key.
    expect(codeOf(await request(there, SUBMIT, { id }))).toBe('UNAUTHENTICATED');
    expect(codeOf(await request(there, SUBMIT, { id }, OWN))).toBe('UNAUTHENTICATED');
    expect(codeOf(await request(here, SUBMIT, { id }))).toBe('UNAUTHENTICATED');
    expect(await statusOf(here)).toBe('REQUIRES_ACTION');
    expect(vendor.requests).toHaveLength(1);
    expect((await request(here, SUBMIT, { id }, OWN)).errors).toBeUndefined();
    await expect
      .poll(async () => (await request(there, READ, { id })).data.generation, { timeout: 30_000 })
      .toEqual({ status: 'COMPLETED', text: 'Noon' });
    expect(new Set(vendor.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer sk-own-key-of-the-caller']),
    );
  });
});
