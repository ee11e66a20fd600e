import { expect, test } from 'vitest';
import { collectOverWebSocket, startApp } from '../../support/app/app.ts';
import { createToyProvider, finish, TOY_INPUT } from '../../support/app/toy-app.ts';

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
