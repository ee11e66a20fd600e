import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelConfig } from '../../src/core/model-config.ts';
import { VENDOR_PROVIDERS, type VendorProvider } from '../contract/providers.ts';
import { collectOverSse, collectOverWebSocket, request, startApp, type TestApp } from '../support/app/app.ts';
import { GENERATE_SUBSCRIPTION, toEvents } from '../support/app/events.ts';
import { createRandom } from '../support/create-random.ts';
import { startUpstream, type UpstreamServer } from '../support/upstream/upstream-server.ts';
import { type Form, FORMS } from './expectations.ts';
import { ODD_VALUES, oddPlaces } from './odd-answers.ts';

/** Places and values of each provider and form, picked by a seed out of about 1,300. */
const PICKED = 40;
const SEED = 20_261_130;

const nameOf = ({ model }: VendorProvider, form: Form): string => `${model.name}-${form}`;

const modelsOf = (line: VendorProvider): readonly ModelConfig[] =>
  FORMS.map((form) => ({
    ...line.model,
    name: nameOf(line, form),
    status: { type: 'active' },
    reasoning: { type: 'none' },
    streaming: form === 'streamed',
  }));

const GENERATION = `
  query ($id: ID!) {
    generation(id: $id) {
      status text reasoning finishReason rawFinishReason
      toolCalls { callId name arguments result }
      citations { url title snippet startIndex endIndex }
      usage { inputTokens outputTokens totalTokens cacheReadTokens reasoningTokens }
      error { code message providerStatus retryAfterMs }
    }
  }
`;

const isEnd = ({ __typename: name }: { readonly __typename: string }): boolean =>
  /^(Generation(Completed|Failed|Cancelled)|ActionRequired)$/.test(name);

describe('an answer in which one value is another', () => {
  const bodies: string[] = [];
  let upstream: UpstreamServer;
  let app: TestApp;
  beforeAll(async () => {
    upstream = await startUpstream(({ body, response }) => {
      const index = Number(/This is about (\d+)\./.exec(body)?.[1]);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(bodies[index]);
    });
    const names = VENDOR_PROVIDERS.map(({ descriptor }) => descriptor.name);
    app = await startApp(
      {
        providers: Object.fromEntries(
          names.map((name) => [name, { apiKey: 'made-up', baseUrl: `${upstream.origin}/${name}` }]),
        ),
      },
      {
        providers: [...new Set(VENDOR_PROVIDERS.map(({ descriptor }) => descriptor))],
        models: VENDOR_PROVIDERS.flatMap(modelsOf),
        aliases: {},
      },
    );
  });
  afterAll(async () => {
    await app?.close();
    await upstream?.[Symbol.asyncDispose]();
  });

  const lines = VENDOR_PROVIDERS.flatMap((line) => FORMS.map((form) => ({ line, form, name: line.name })));

  test.each(lines)(
    'ends the turn of $name once, $form, and never as our own defect',
    async ({ line, form }) => {
      const random = createRandom(SEED);
      const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
      const places = oddPlaces(line, form);
      for (let count = 0; count < PICKED; count += 1) {
        const [place, value] = [pick(places), pick(ODD_VALUES)];
        const collect = pick([collectOverSse, collectOverWebSocket]);
        const prompt = `This is about ${bodies.push(place.toBody(value)) - 1}.`;
        const results = await collect(app, GENERATE_SUBSCRIPTION, {
          input: { model: nameOf(line, form), prompt },
        });
        const named = `${place.name}: ${value.slice(0, 40)}`;
        const events = toEvents(results);
        const ends = events.filter(isEnd);
        expect(ends, named).toHaveLength(1);
        expect(ends[0]?.['error']?.code, named).not.toBe('INTERNAL');
        const { data, errors } = await request(app, GENERATION, { id: events[0]?.['generationId'] });
        expect(errors, named).toBeUndefined();
        // A client that leaves in place of giving the results of its tools has cancelled.
        expect(data.generation.status, named).toMatch(/^(COMPLETED|FAILED|CANCELLED|REQUIRES_ACTION)$/);
      }
    },
  );
});
