import { describe, expect, test } from 'vitest';
import { collectOverSse, collectOverWebSocket, request, startApp } from '../../support/app/app.ts';
import { FOLLOW_SUBSCRIPTION, GENERATE_MUTATION, toEvents } from '../../support/app/events.ts';
import {
  sendEventStream,
  startUpstream,
  type UpstreamRequest,
} from '../../support/upstream/upstream-server.ts';

const STREAMS = { websocket: collectOverWebSocket, sse: collectOverSse } as const;
const CANCEL = `mutation ($id: ID!) { cancelGeneration(id: $id) { status } }`;
const START = `mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }`;
const LIST = `{ generations(status: [QUEUED, RUNNING]) { nodes { id } } }`;
const input = { model: 'gpt-4o', prompt: 'Say hi' };

const delta = (content: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;

/** Where the provider falls silent, and what of its answer has come by then. */
const PHASES: Readonly<
  Record<
    string,
    { readonly text: string; readonly answer: (exchange: UpstreamRequest) => void | Promise<void> }
  >
> = {
  'before its headers': { text: '', answer: () => undefined },
  'before its first byte': { text: '', answer: (exchange) => sendEventStream(exchange, '', { end: false }) },
  'in mid-sentence': {
    text: 'Hi there',
    answer: (exchange) => sendEventStream(exchange, delta('Hi') + delta(' there'), { end: false }),
  },
};

describe.each(Object.entries(PHASES))(
  'cancelGeneration while the provider is silent %s',
  (_phase, { text, answer }) => {
    test.each(['websocket', 'sse'] as const)(
      'closes its socket, and a subscriber over %s is told',
      async (transport) => {
        await using upstream = await startUpstream(answer);
        await using app = await startApp({
          providers: { openai: { apiKey: 'test', baseUrl: upstream.origin } },
        });
        const id = (await request(app, START, { input })).data.startGeneration.id as string;
        const following = STREAMS[transport](app, FOLLOW_SUBSCRIPTION, { id });
        const exchange = await upstream.request(0);
        if (text !== '')
          await STREAMS[transport](
            app,
            FOLLOW_SUBSCRIPTION,
            { id },
            { until: ({ data }) => data.generationEvents.text === ' there' },
          );
        expect((await request(app, CANCEL, { id })).data.cancelGeneration.status).toBe('CANCELLED');
        await exchange.closed;
        expect(toEvents(await following).at(-1)).toMatchObject({
          __typename: 'GenerationCancelled',
          generation: { status: 'CANCELLED', text },
        });
      },
    );

    test('closes its socket when a mutation waits for it, which is told', async () => {
      await using upstream = await startUpstream(answer);
      await using app = await startApp({
        providers: { openai: { apiKey: 'test', baseUrl: upstream.origin } },
      });
      const waiting = request(app, GENERATE_MUTATION, { input });
      const exchange = await upstream.request(0);
      const { data } = await request(app, LIST);
      await request(app, CANCEL, { id: data.generations.nodes[0].id });
      await exchange.closed;
      expect((await waiting).errors).toMatchObject([{ extensions: { code: 'GENERATION_CANCELLED' } }]);
    });
  },
);
