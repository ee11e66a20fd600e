import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { GenerationGuard } from '../../../src/core/generation-guard.ts';
import { ProviderError } from '../../../src/core/errors.ts';
import { createAccessFile, keyOf } from '../../support/app/access.ts';
import { request, startApp } from '../../support/app/app.ts';
import { GENERATE_MUTATION } from '../../support/app/events.ts';
import { openRawSocket, post } from '../../support/app/clients.ts';
import { rawRequest } from '../../support/app/raw-http.ts';
import { createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';
import { createWitness, createWordGuard, refusalOf, WAY_NAMES, WAYS } from '../../support/app/guards.ts';

const ONCE = `mutation ($input: GenerateInput!, $key: String) { generate(input: $input, idempotencyKey: $key) { id } }`;
const LIST = '{ generations { totalCount } }';
const input = { model: 'toy', prompt: 'Hi' };
const forbidden = { model: 'toy', prompt: 'Hi', system: 'Mind the xyzzy.' };

const countGenerations = async (app: Parameters<typeof request>[0]): Promise<number> =>
  (await request(app, LIST)).data.generations.totalCount as number;

describe.each(WAY_NAMES)('a request by %s', (way) => {
  it('that a guard refuses is refused with its code, and reaches no provider', async () => {
    const toy = createToy();
    await using app = await startApp({}, { ...toyOverrides(toy), guards: [createWordGuard('xyzzy')] });
    expect(await refusalOf(way, app, forbidden)).toMatchObject([
      {
        message: 'The word "xyzzy" is not taken here.',
        extensions: {
          code: 'CONTENT_FILTERED',
          retryable: false,
          path: ['input'],
          suggestion: 'Say it in other words.',
        },
      },
    ]);
    expect(toy.calls).toEqual([]);
    expect(await countGenerations(app)).toBe(0);
    const { body } = await rawRequest(app, { path: '/metrics' });
    expect(body).toContain('modelgraph_generations_rejected_total{code="CONTENT_FILTERED"} 1\n');
  });

  it('that a guard lets pass is seen by it once, as it will be sent', async () => {
    const toy = createToy();
    const witness = createWitness();
    await using app = await startApp({}, { ...toyOverrides(toy), guards: [witness.guard] });
    await WAYS[way](app, { ...input, model: 'TOY', system: 'Be brief.', metadata: { ticket: 7 } });
    await witness.record(0);
    expect(witness.asked).toEqual([
      {
        request: {
          source: 'generation',
          id: null,
          model: 'toy',
          provider: 'toy',
          isFallback: false,
          request: toy.calls[0]?.request,
          metadata: { ticket: 7 },
        },
        principal: { id: 'local', kind: 'anonymous', keyId: null, userId: null },
      },
    ]);
    expect(toy.calls[0]?.request).toMatchObject({ system: 'Be brief.', maxOutputTokens: 500 });
  });

  it('is recorded once, with what it came to', async () => {
    const witness = createWitness();
    const toy = createToy();
    await using app = await startApp({}, { ...toyOverrides(toy), guards: [witness.guard, witness.guard] });
    await WAYS[way](app, { ...input, metadata: { ticket: 7 } });
    const record = await witness.record(1);
    expect(record).toMatchObject({
      source: 'generation',
      generation: {
        principalId: 'local',
        status: 'completed',
        text: 'Hello',
        finishReason: 'stop',
        metadata: { ticket: 7 },
        lastSequence: 3,
      },
    });
    await app.close();
    expect(witness.records).toEqual([record, record]);
  });

  it('is refused with INTERNAL where a guard fails, and the failure is logged', async () => {
    const toy = createToy();
    const guards: readonly GenerationGuard[] = [
      {
        beforeGeneration: () => {
          throw new Error('the list of words cannot be read');
        },
      },
    ];
    await using app = await startApp({}, { ...toyOverrides(toy), guards });
    expect(await refusalOf(way, app, input)).toMatchObject([
      { message: expect.not.stringContaining('list of words'), extensions: { code: 'INTERNAL' } },
    ]);
    expect(toy.calls).toEqual([]);
    const { level, fields } = await app.logged(({ message }) => message.startsWith('a guard failed'));
    expect([level, String(fields['err'])]).toEqual(['error', 'Error: the list of words cannot be read']);
  });

  it('whose guard has not answered when the server stops is told so, and reaches no provider', async () => {
    const asked = Promise.withResolvers<void>();
    const toy = createToy();
    const guards: readonly GenerationGuard[] = [
      {
        beforeGeneration: () => {
          asked.resolve();
          return new Promise(() => {});
        },
      },
    ];
    const app = await startApp({}, { ...toyOverrides(toy), guards });
    const refused = refusalOf(way, app, input);
    await asked.promise;
    const closed = app.close();
    expect(await refused).toMatchObject([{ extensions: { code: 'GENERATION_INTERRUPTED' } }]);
    await closed;
    expect(toy.calls).toEqual([]);
  });
});

describe('a client that leaves while a guard judges its request', () => {
  const startSlow = async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<undefined>();
    const toy = createToy();
    let questions = 0;
    const guards: readonly GenerationGuard[] = [
      {
        beforeGeneration: () => {
          questions += 1;
          if (questions > 1) return undefined;
          asked.resolve();
          return answer.promise;
        },
      },
    ];
    const app = await startApp({}, { ...toyOverrides(toy), guards });
    return { app, toy, asked: asked.promise, answer: () => answer.resolve(undefined) };
  };

  it.each(['http', 'websocket'] as const)(
    'over %s has no generation, whatever the guard says',
    async (how) => {
      const { app, toy, asked, answer } = await startSlow();
      await using _app = app;
      if (how === 'http') {
        const client = new AbortController();
        const sent = post(app, { query: GENERATE_MUTATION, variables: { input } }, { signal: client.signal });
        await asked;
        client.abort();
        await sent.catch(() => undefined);
      } else {
        const raw = await openRawSocket(app);
        const query = 'subscription ($input: GenerateInput!) { generate(input: $input) { sequence } }';
        raw.send({ type: 'subscribe', id: 'one', payload: { query, variables: { input } } });
        await asked;
        raw.send({ type: 'complete', id: 'one' });
        raw.send({ type: 'ping' });
        await raw.received(({ type }) => type === 'pong');
      }
      // A request that comes and goes afterwards: by then the server has noticed that the first client left.
      await request(app, GENERATE_MUTATION, { input });
      await expect.poll(() => countGenerations(app), { timeout: 30_000 }).toBe(1);
      answer();
      await request(app, GENERATE_MUTATION, { input });
      expect(toy.calls).toHaveLength(2);
      expect(await countGenerations(app)).toBe(2);
    },
  );
});

describe('guards', () => {
  it('are not asked for a preview', async () => {
    const witness = createWitness();
    await using app = await startApp(
      {},
      { ...toyOverrides(createToy()), guards: [witness.guard, createWordGuard('xyzzy')] },
    );
    const query = `query ($input: GenerateInput!) { previewGeneration(input: $input) { accepted } }`;
    const { data } = await request(app, query, { input: forbidden });
    expect(data.previewGeneration.accepted).toBe(true);
    expect(witness.asked).toEqual([]);
  });

  it('are not asked for a request that is refused without them', async () => {
    const witness = createWitness();
    await using app = await startApp({}, { ...toyOverrides(createToy()), guards: [witness.guard] });
    const { errors } = await request(app, GENERATE_MUTATION, { input: { ...input, seed: 7 } });
    expect(errors).toMatchObject([{ extensions: { code: 'UNSUPPORTED_CAPABILITY' } }]);
    expect([witness.asked, witness.records]).toEqual([[], []]);
  });

  it('are asked once for a generation that is asked for again under its key', async () => {
    const witness = createWitness();
    await using app = await startApp({}, { ...toyOverrides(createToy()), guards: [witness.guard] });
    const first = await request(app, ONCE, { input, key: 'order-1' });
    const again = await request(app, ONCE, { input, key: 'order-1' });
    expect(again.data).toEqual(first.data);
    expect(witness.asked).toHaveLength(1);
    await app.close();
    expect(witness.records).toHaveLength(1);
  });

  it('leave nothing under the key of a request they refuse', async () => {
    const words = ['Hi'];
    const guard: GenerationGuard = {
      beforeGeneration: (...given) => createWordGuard(...words).beforeGeneration?.(...given),
    };
    await using app = await startApp({}, { ...toyOverrides(createToy()), guards: [guard] });
    const refused = await request(app, ONCE, { input, key: 'order-1' });
    expect(refused.errors).toMatchObject([{ extensions: { code: 'CONTENT_FILTERED' } }]);
    words.length = 0;
    expect((await request(app, ONCE, { input, key: 'order-1' })).errors).toBeUndefined();
  });

  it('know the principal', async () => {
    const witness = createWitness();
    const apiKeys = ['alice', 'bob'].map((id) => ({
      id,
      sha256: createHash('sha256').update(`mg_${id}_key`).digest('hex'),
    }));
    const aliceOnly: GenerationGuard = {
      beforeGeneration: (_request, { id }) =>
        id === 'alice' ? undefined : { code: 'FORBIDDEN', message: 'This model is for Alice.' },
    };
    await using app = await startApp(
      { apiKeys },
      { ...toyOverrides(createToy()), guards: [witness.guard, aliceOnly] },
    );
    const ask = (id: string) =>
      request(app, GENERATE_MUTATION, { input }, { headers: { authorization: `Bearer mg_${id}_key` } });
    expect((await ask('alice')).errors).toBeUndefined();
    expect((await ask('bob')).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(witness.asked.map(({ principal }) => principal.id)).toEqual(['alice', 'bob']);
    expect(witness.asked[0]?.principal).toEqual({ id: 'alice', kind: 'key', keyId: 'alice', userId: null });
  });

  it('know a user of a key from the key, in its generations and in its batches', async () => {
    const witness = createWitness();
    const { key, setting } = keyOf('shop');
    using file = createAccessFile({
      keys: {
        shop: { operations: ['generate', 'batch', 'issue'], users: { operations: ['generate', 'batch'] } },
      },
    });
    await using app = await startApp(
      { apiKeys: [setting], accessFile: file.path },
      { ...toyOverrides(createToy()), guards: [witness.guard] },
    );
    const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    const issue = 'mutation { createUserToken(subject: "ann", expiresInSeconds: 60) { token } }';
    const token = (await request(app, issue, {}, as(key))).data.createUserToken.token as string;
    expect((await request(app, GENERATE_MUTATION, { input }, as(token))).errors).toBeUndefined();
    const submit = 'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }';
    const batch = { requests: [{ customId: 'a', input }] };
    expect((await request(app, submit, { input: batch }, as(token))).errors).toBeUndefined();
    const ann = { id: 'user:shop:ann', kind: 'user', keyId: 'shop', userId: 'ann' };
    expect(witness.asked.map(({ principal }) => principal)).toEqual([ann, ann]);
  });
});

describe('fallback models', () => {
  const models = { toy: {}, second: {}, third: {} };
  const withFallbacks = { ...input, fallbackModels: ['second', 'third'] };

  it('are judged with the first model, and are known for what they are', async () => {
    const witness = createWitness();
    const toy = createToy();
    await using app = await startApp({}, { ...toyOverrides(toy, models), guards: [witness.guard] });
    await request(app, GENERATE_MUTATION, { input: withFallbacks });
    expect(witness.asked.map(({ request: { model, isFallback } }) => [model, isFallback])).toEqual([
      ['toy', false],
      ['second', true],
      ['third', true],
    ]);
    expect(toy.calls).toHaveLength(1);
  });

  it('that a guard refuses are refused at their place, before any provider is called', async () => {
    const toy = createToy();
    const guard: GenerationGuard = {
      beforeGeneration: ({ model }) =>
        model === 'toy' ? undefined : { code: 'FORBIDDEN', message: `"${model}" is not for you.` },
    };
    await using app = await startApp({}, { ...toyOverrides(toy, models), guards: [guard] });
    const { errors } = await request(app, GENERATE_MUTATION, { input: withFallbacks });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      path: ['input', 'fallbackModels', '0'],
      problems: [
        { path: ['input', 'fallbackModels', '0'], message: '"second" is not for you.' },
        { path: ['input', 'fallbackModels', '1'], message: '"third" is not for you.' },
      ],
    });
    expect(toy.calls).toEqual([]);
  });

  it('make one objection to the request no three', async () => {
    await using app = await startApp(
      {},
      { ...toyOverrides(createToy(), models), guards: [createWordGuard('xyzzy')] },
    );
    const { errors } = await request(app, GENERATE_MUTATION, {
      input: { ...withFallbacks, prompt: 'xyzzy' },
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'CONTENT_FILTERED', path: ['input'] });
    expect(errors?.[0]?.extensions?.['problems']).toBeUndefined();
  });
});

describe('the record of a generation', () => {
  it('is made of one that failed or was cancelled as well', async () => {
    const witness = createWitness();
    const toy = createToy(async function* ({ request: { messages } }) {
      yield textDelta('Hel');
      if (JSON.stringify(messages).includes('fail'))
        throw new ProviderError('PROVIDER_FAILED', { provider: 'toy' });
      yield finishEvent({ usage: null });
    });
    await using app = await startApp({}, { ...toyOverrides(toy), guards: [witness.guard] });
    await request(app, GENERATE_MUTATION, { input: { ...input, prompt: 'fail' } });
    expect(await witness.record(0)).toMatchObject({
      generation: { status: 'failed', text: 'Hel', error: { code: 'PROVIDER_FAILED' } },
    });
  });

  it('that a guard cannot make changes nothing for the client, and the failure is logged', async () => {
    const guards: readonly GenerationGuard[] = [
      { afterGeneration: () => Promise.reject(new Error('no disk')) },
      {
        afterGeneration: () => {
          throw new Error('no network');
        },
      },
    ];
    await using app = await startApp({}, { ...toyOverrides(createToy()), guards });
    const { data, errors } = await request(app, GENERATE_MUTATION, { input });
    expect([data.generate.text, errors]).toEqual(['Hello', undefined]);
    for (const words of ['no disk', 'no network'])
      expect(await app.logged(({ fields }) => String(fields['err']) === `Error: ${words}`)).toMatchObject({
        level: 'error',
        fields: { generationId: data.generate.id },
      });
  });

  it('is finished before the server has stopped', async () => {
    const begun = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    let isWritten = false;
    const guards: readonly GenerationGuard[] = [
      {
        afterGeneration: async () => {
          begun.resolve();
          await written.promise;
          isWritten = true;
        },
      },
    ];
    const app = await startApp({}, { ...toyOverrides(createToy()), guards });
    await request(app, GENERATE_MUTATION, { input });
    await begun.promise;
    const closed = app.close();
    written.resolve();
    await closed;
    expect(isWritten).toBe(true);
  });
});
