import { expect, test } from 'vitest';
import { buildApp } from '../../../src/app.ts';
import { ProviderError } from '../../../src/core/errors.ts';
import { request, testSettings } from '../../support/app/app.ts';
import { GENERATE_MUTATION } from '../../support/app/events.ts';
import { createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';

test('a log that throws at every line ends no generation: retries, fallbacks, the end and the server go on', async () => {
  const broken = (): never => {
    throw new Error('no disk');
  };
  const toy = createToy(async function* ({ config: { name } }) {
    if (name === 'toy') throw new ProviderError('PROVIDER_OVERLOADED', { provider: 'toy', retryAfterMs: 1 });
    yield textDelta('Hello');
    yield finishEvent();
  });
  const app = await buildApp(
    testSettings({ maxAttempts: 2 }),
    { debug: broken, info: broken, warn: broken, error: broken },
    toyOverrides(toy, { toy: {}, second: {} }),
  );
  const url = await app.listen();
  const ask = (input: object) => request({ url }, GENERATE_MUTATION, { input });
  const { data } = await ask({ model: 'toy', prompt: 'Hi', fallbackModels: ['second'] });
  expect(data.generate).toMatchObject({ status: 'COMPLETED', text: 'Hello' });
  expect((await ask({ model: 'toy', prompt: 'Hi' })).errors).toMatchObject([
    { extensions: { code: 'PROVIDER_OVERLOADED' } },
  ]);
  expect((await ask({ model: 'second', prompt: 'Hi' })).data.generate.text).toBe('Hello');
  await app.close();
});
