import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { request, type startApp } from '../../support/app/app.ts';
import { answerOf, finishEvent, textDelta } from '../../support/app/toy-provider.ts';
import {
  GENERATE,
  ALL,
  input,
  callOf,
  calls,
  inTurns,
  startCaller,
  submit,
  read,
  endOf,
  type CallerApp,
} from './tool-results-harness.ts';

describe('tool results that do not fit', () => {
  const startWaiting = async (settings: Parameters<typeof startApp>[0] = {}) => {
    const caller = await startCaller(
      inTurns(calls(callOf('a'), callOf('b')), [textDelta('Done.'), finishEvent()]),
      settings,
    );
    return caller;
  };
  const begin = async ({ app }: CallerApp, headers: Readonly<Record<string, string>> = {}): Promise<string> =>
    (await request(app, GENERATE + ALL, { input }, { headers })).data.generate.id;
  const result = (callId: string) => ({ callId, output: 1 });
  const WAY_OUT = 'Submit one result for each call of ActionRequired, all at once.';

  it.each([
    [
      'for a call nobody made',
      [result('a'), result('b'), result('c')],
      [['No tool call "c" waits for a result.', ['results', '2', 'callId']]],
    ],
    ['of which one is missing', [result('b')], [['There is no result for the tool call "a".', ['results']]]],
    [
      'of which there are none',
      [],
      [
        ['There is no result for the tool call "a".', ['results']],
        ['There is no result for the tool call "b".', ['results']],
      ],
    ],
    [
      'of which two are for one call',
      [result('a'), result('b'), result('a')],
      [['There are several results for the tool call "a".', ['results', '2', 'callId']]],
    ],
    [
      'in every way at once',
      [result('A'), result('b'), result('b')],
      [
        ['No tool call "A" waits for a result.', ['results', '0', 'callId']],
        ['There are several results for the tool call "b".', ['results', '2', 'callId']],
        ['There is no result for the tool call "a".', ['results']],
      ],
    ],
  ])('%s are refused, and the generation goes on waiting', async (_what, results, expected) => {
    await using caller = await startWaiting();
    const id = await begin(caller);
    const { data, errors } = await submit(caller.app, id, results);
    expect(data ?? null).toBeNull();
    const [error, ...others] = errors ?? [];
    expect(others).toEqual([]);
    const problems = expected.map(([message, path]) => ({
      code: 'INVALID_REQUEST',
      message,
      path,
      allowed: ['a', 'b'],
      suggestion: WAY_OUT,
    }));
    expect(error?.message).toBe(problems[0]?.message);
    expect(error?.extensions).toMatchObject({
      code: 'INVALID_REQUEST',
      path: problems[0]?.path,
      allowed: ['a', 'b'],
      suggestion: WAY_OUT,
    });
    expect(error?.extensions?.['problems']).toEqual(problems.length > 1 ? problems : undefined);

    expect(await read(caller.app, id)).toMatchObject({ status: 'REQUIRES_ACTION' });
    expect((await submit(caller.app, id, [result('a'), result('b')])).errors).toBeUndefined();
    expect(await endOf(caller.app, id)).toBe('completed');
  });

  const NOT_WAITING = {
    message: 'The generation does not wait for tool results.',
    extensions: { code: 'INVALID_REQUEST', path: ['generationId'] },
  };

  it('because the generation has ended are refused', async () => {
    await using caller = await startWaiting();
    const id = await begin(caller);
    await submit(caller.app, id, [result('a'), result('b')]);
    await endOf(caller.app, id);
    expect((await submit(caller.app, id, [result('a'), result('b')])).errors).toMatchObject([NOT_WAITING]);
    expect(caller.toy.calls).toHaveLength(2);
  });

  it('because they come a second time while the first go on are refused', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await using caller = await startCaller(async function* (call) {
      const resumed = call.request.messages.length > 1;
      if (resumed) await released;
      yield* answerOf(...(resumed ? [finishEvent()] : calls(callOf('a'))))(call);
    });
    const id = await begin(caller);
    expect((await submit(caller.app, id, [result('a')])).errors).toBeUndefined();
    expect((await submit(caller.app, id, [result('a')])).errors).toMatchObject([NOT_WAITING]);
    release();
    expect(await endOf(caller.app, id)).toBe('completed');
    expect(caller.toy.calls).toHaveLength(2);
  });

  it.each(['gen_0', '', 'no id at all'])('because there is no generation "%s" are refused', async (id) => {
    await using caller = await startWaiting();
    expect((await submit(caller.app, id, [result('a')])).errors).toMatchObject([
      {
        message: `There is no generation "${id}".`,
        extensions: { code: 'NOT_FOUND', path: ['generationId'], retryable: false },
      },
    ]);
  });

  it("because the generation is another's are refused as if there were none", async () => {
    const keyOf = (name: string) => `mg_${name}_${name.repeat(8)}`;
    const bearer = (name: string) => ({ authorization: `Bearer ${keyOf(name)}` });
    const apiKeys = ['alice', 'bob'].map((id) => ({
      id,
      sha256: createHash('sha256').update(keyOf(id)).digest('hex'),
    }));
    await using caller = await startWaiting({ apiKeys });
    const id = await begin(caller, bearer('alice'));
    const results = [result('a'), result('b')];
    expect((await submit(caller.app, id, results, bearer('bob'))).errors).toMatchObject([
      { message: `There is no generation "${id}".`, extensions: { code: 'NOT_FOUND' } },
    ]);
    expect(caller.toy.calls).toHaveLength(1);
    expect((await submit(caller.app, id, results, bearer('alice'))).errors).toBeUndefined();
    expect(await endOf(caller.app, id)).toBe('completed');
  });
});
