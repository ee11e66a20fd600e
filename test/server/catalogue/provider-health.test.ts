import { expect, test } from 'vitest';
import { ProviderError } from '../../../src/core/errors.ts';
import { collectOverWebSocket, request, startApp, type TestApp } from '../../support/app/app.ts';
import { endedBatch, requestsOf, submitted } from '../../support/app/batch-requests.ts';
import { GENERATE_MUTATION } from '../../support/app/events.ts';
import { createToyProvider, finish, TOY_INPUT } from '../../support/app/toy-app.ts';
import { createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';

const QUERY = `subscription ($input: GenerateInput!) {
  generate(input: $input) {
    ... on GenerationStarted { model { provider { health { state } } } }
    ... on TextDelta { text }
    ... on GenerationCompleted { generation { model { provider { health { state } } } } }
  }
}`;

test('each event of a stream tells of the provider as it is then', async () => {
  const go = Promise.withResolvers<void>();
  const toy = createToyProvider(async function* () {
    yield { type: 'text-delta', text: 'Hi' };
    await go.promise;
    yield finish;
  });
  await using app = await startApp({}, toy.overrides);
  const watching = collectOverWebSocket(
    app,
    QUERY,
    { input: TOY_INPUT },
    {
      until: ({ data }) => {
        if (data?.generate?.text === 'Hi') go.resolve();
        return false;
      },
    },
  );
  const results = await watching;
  expect(results[0]?.data.generate.model.provider.health.state).toBe('UNKNOWN');
  expect(results.at(-1)?.data.generate.generation.model.provider.health.state).toBe('HEALTHY');
});

const standing = async (app: TestApp) => {
  const query = `{ provider(name: "toy") { health { state lastErrorCode } } model(name: "toy") { available }
    models(where: { available: true }) { totalCount } }`;
  const { data } = await request(app, query);
  return { ...data.provider.health, available: data.model.available, found: data.models.totalCount };
};

const codeOf = async (app: TestApp): Promise<unknown> =>
  (await request(app, GENERATE_MUTATION, { input: TOY_INPUT })).errors?.[0]?.extensions?.['code'];

/** Fails with these codes, one call after the other, and answers afterwards. */
const createFailing = (...codes: readonly ConstructorParameters<typeof ProviderError>[0][]) => {
  const left = [...codes];
  return createToy(async function* () {
    const code = left.shift();
    if (code !== undefined) throw new ProviderError(code, { provider: 'toy' });
    yield textDelta('Hi');
    yield finishEvent();
  });
};

test('a provider that has failed so often that it is not called is unavailable, and so are its models', async () => {
  const toy = createFailing('PROVIDER_FAILED', 'PROVIDER_TIMEOUT');
  await using app = await startApp({ circuitFailures: 2 }, toyOverrides(toy));
  expect(await standing(app)).toEqual({ state: 'UNKNOWN', lastErrorCode: null, available: true, found: 1 });
  expect(await codeOf(app)).toBe('PROVIDER_FAILED');
  expect(await standing(app)).toMatchObject({ state: 'DEGRADED', available: true, found: 1 });
  expect(await codeOf(app)).toBe('PROVIDER_TIMEOUT');
  expect(await standing(app)).toEqual({
    state: 'UNAVAILABLE',
    lastErrorCode: 'PROVIDER_TIMEOUT',
    available: false,
    found: 0,
  });
  expect(await codeOf(app)).toBe('PROVIDER_OVERLOADED');
  expect(toy.calls).toHaveLength(2);
});

test('a provider that refuses the credentials is unavailable, and the next call shows whether it still does', async () => {
  const toy = createFailing('PROVIDER_AUTHENTICATION');
  await using app = await startApp({ circuitFailures: 1 }, toyOverrides(toy));
  expect(await codeOf(app)).toBe('PROVIDER_AUTHENTICATION');
  expect(await standing(app)).toMatchObject({ state: 'UNAVAILABLE', available: false, found: 0 });
  expect(await codeOf(app)).toBeUndefined();
  expect(await standing(app)).toMatchObject({ state: 'HEALTHY', available: true, found: 1 });
});

test('the requests of a sequential batch and single ones share one opinion of their provider', async () => {
  const toy = createFailing('PROVIDER_FAILED', 'PROVIDER_FAILED');
  await using app = await startApp({ circuitFailures: 2, batchConcurrency: 1 }, toyOverrides(toy));
  expect(await codeOf(app)).toBe('PROVIDER_FAILED');
  const batch = await submitted(app, requestsOf(['a']));
  expect(await endedBatch(app, batch)).toMatchObject({ counts: { failed: 1 } });
  expect(await standing(app)).toMatchObject({ state: 'UNAVAILABLE', available: false });
  expect(await codeOf(app)).toBe('PROVIDER_OVERLOADED');
  expect(toy.calls).toHaveLength(2);
});
