import { describe, expect, it } from 'vitest';
import type { GenerationGuard, GuardRefusal } from '../../../src/core/generation-guard.ts';
import { request } from '../../support/app/app.ts';
import { finishEvent, textDelta } from '../../support/app/toy-provider.ts';
import { createWitness, createWordGuard } from '../../support/app/guards.ts';
import {
  ALL,
  callOf,
  calls,
  GENERATE,
  input,
  inTurns,
  play,
  read,
  startCaller,
  submit,
  TRANSPORTS,
  typesOf,
} from './tool-results-harness.ts';

const CANCEL = `mutation ($id: ID!) { cancelGeneration(id: $id) { status } }`;

const sunny = inTurns(calls(callOf('a')), [textDelta('Sunny.'), finishEvent()]);

const startWaiting = async (guards: readonly GenerationGuard[]) => {
  const caller = await startCaller(sunny, {}, { guards });
  const { data } = await request(caller.app, GENERATE + ALL, { input });
  return { ...caller, id: data.generate.id as string };
};

/** Judges tool results when the test says so, and lets everything else pass at once. */
const createSlowGuard = () => {
  const judgements: PromiseWithResolvers<GuardRefusal | undefined>[] = [];
  const asked = Promise.withResolvers<void>();
  const guard: GenerationGuard = {
    beforeGeneration: ({ source }) => {
      if (source !== 'tool-results') return undefined;
      const judgement = Promise.withResolvers<GuardRefusal | undefined>();
      judgements.push(judgement);
      asked.resolve();
      return judgement.promise;
    },
  };
  return { guard, judgements, asked: asked.promise };
};

describe('the next turn of a generation, with the results of its tool calls', () => {
  it.each(TRANSPORTS)(
    'is refused where a guard refuses it, and the stream over %s goes on with other results',
    async (transport) => {
      await using caller = await startCaller(sunny, {}, { guards: [createWordGuard('xyzzy')] });
      let refused: unknown;
      const { events, submitted } = await play(caller.app, transport, input, (event) => {
        const id = String(event['generationId']);
        // The stream waits while this is refused, and for the results after it.
        refused = submit(caller.app, id, [{ callId: 'a', output: 'xyzzy' }]).then(async (answer) => {
          await submit(caller.app, id, [{ callId: 'a', output: 'clear skies' }]);
          return answer;
        });
        return [{ callId: 'unknown', output: 1 }];
      });
      expect(submitted[0]?.errors).toMatchObject([{ extensions: { code: 'INVALID_REQUEST' } }]);
      expect(await refused).toMatchObject({
        errors: [
          {
            message: 'The word "xyzzy" is not taken here.',
            extensions: {
              code: 'CONTENT_FILTERED',
              path: ['results'],
              suggestion: 'Say it in other words.',
            },
          },
        ],
      });
      expect(typesOf(events)).toEqual([
        'GenerationStarted',
        'ToolCallReady',
        'ActionRequired',
        'TextDelta',
        'GenerationCompleted',
      ]);
      expect(caller.toy.calls).toHaveLength(2);
    },
  );

  it('is seen by a guard as it will be sent, and its generation is recorded once', async () => {
    const witness = createWitness();
    const { app, toy, id } = await startWaiting([witness.guard]);
    await using _app = app;
    expect(witness.records).toEqual([]);
    await submit(app, id, [{ callId: 'a', output: 'sunny' }]);
    expect(await witness.record(0)).toMatchObject({
      source: 'generation',
      generation: { id, status: 'completed', text: 'Sunny.' },
    });
    const [, turn] = witness.asked;
    expect(turn).toEqual({
      request: {
        source: 'tool-results',
        id,
        model: 'caller',
        provider: 'toy',
        isFallback: false,
        request: toy.calls[1]?.request,
        metadata: null,
      },
      principal: { id: 'local', kind: 'anonymous', keyId: null, userId: null },
    });
    expect(turn?.request.request.messages.at(-1)).toMatchObject({ role: 'tool', output: 'sunny' });
    await app.close();
    expect([witness.asked, witness.records].map(({ length }) => length)).toEqual([2, 1]);
  });

  it('is refused with INTERNAL where a guard fails, and the generation goes on waiting', async () => {
    let isBroken = true;
    const { app, id } = await startWaiting([
      {
        beforeGeneration: ({ source }) => {
          if (isBroken && source === 'tool-results') throw new Error('broken');
          return undefined;
        },
      },
    ]);
    await using _app = app;
    const results = [{ callId: 'a', output: 1 }];
    expect((await submit(app, id, results)).errors).toMatchObject([{ extensions: { code: 'INTERNAL' } }]);
    expect(await read(app, id)).toMatchObject({ status: 'REQUIRES_ACTION' });
    isBroken = false;
    expect((await submit(app, id, results)).errors).toBeUndefined();
  });

  it('is not begun when the generation is cancelled while a guard judges it', async () => {
    const slow = createSlowGuard();
    const { app, toy, id } = await startWaiting([slow.guard]);
    await using _app = app;
    const submitted = submit(app, id, [{ callId: 'a', output: 1 }]);
    await slow.asked;
    expect((await request(app, CANCEL, { id })).data.cancelGeneration.status).toBe('CANCELLED');
    expect((await submitted).errors).toMatchObject([{ extensions: { code: 'GENERATION_CANCELLED' } }]);
    expect(toy.calls).toHaveLength(1);
  });

  it('is begun once, by the results that were judged first', async () => {
    const slow = createSlowGuard();
    const { app, toy, id } = await startWaiting([slow.guard]);
    await using _app = app;
    const first = submit(app, id, [{ callId: 'a', output: 'first' }]);
    await slow.asked;
    const second = submit(app, id, [{ callId: 'a', output: 'second' }]);
    await expect.poll(() => slow.judgements.length, { timeout: 30_000 }).toBe(2);
    slow.judgements[1]?.resolve(undefined);
    expect((await second).errors).toBeUndefined();
    slow.judgements[0]?.resolve(undefined);
    expect((await first).errors).toMatchObject([
      { message: 'The generation does not wait for tool results.' },
    ]);
    expect(toy.calls).toHaveLength(2);
    expect(toy.calls[1]?.request.messages.at(-1)).toMatchObject({ output: 'second' });
  });
});
