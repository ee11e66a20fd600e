import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ModelgraphError } from '../../src/core/errors.ts';
import type {
  GenerationGuard,
  GenerationRecord,
  GuardedRequest,
  GuardRefusal,
} from '../../src/core/generation-guard.ts';
import { GenerationGuards } from '../../src/services/generation-guards.ts';
import { requestOf } from '../providers/text/demo/demo-harness.ts';
import { madeGeneration } from '../support/app/generation.ts';

const REQUEST: GuardedRequest = {
  source: 'generation',
  id: null,
  model: 'toy',
  provider: 'toy',
  isFallback: false,
  request: requestOf('Hi'),
  metadata: null,
};
const PRINCIPAL = { id: 'somebody', kind: 'key', keyId: 'somebody', userId: null } as const;
const REFUSAL: GuardRefusal = { code: 'FORBIDDEN', message: 'Not today.' };
const RECORD: GenerationRecord = { source: 'generation', generation: madeGeneration({ id: 'gen_1' }) };

const never = <T>(): Promise<T> => new Promise<T>(() => {});

const createGuards = (guards: readonly GenerationGuard[], limitMs?: number) => {
  const lines: { readonly fields: Readonly<Record<string, unknown>>; readonly message: string }[] = [];
  const ignore = (): void => {};
  const log = {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (fields: Readonly<Record<string, unknown>>, message: string) =>
      void lines.push({ fields, message }),
  };
  const all = new GenerationGuards({ guards, log, ...(limitMs !== undefined && { limitMs }) });
  const judge = (signals: readonly AbortSignal[] = []) =>
    all.findProblem(REQUEST, PRINCIPAL, { path: ['input'], signals });
  return { guards: all, judge, lines };
};

describe('guards', () => {
  it('are not asked for what they have no hook for', () => {
    const before = createGuards([{ beforeGeneration: () => undefined }]).guards;
    const after = createGuards([{ afterGeneration: () => undefined }]).guards;
    const none = createGuards([]).guards;
    expect(
      [before, after, none].map(({ judgesRequests, recordsEnds }) => [judgesRequests, recordsEnds]),
    ).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ]);
  });

  it('are asked in their order until one refuses, each with the request and its principal', async () => {
    const asked: unknown[] = [];
    const guard = (name: string, verdict?: GuardRefusal): GenerationGuard => ({
      beforeGeneration: (request, principal) => {
        asked.push([name, request, principal]);
        return verdict;
      },
    });
    const { judge } = createGuards([guard('one'), guard('two', REFUSAL), guard('three')]);
    expect(await judge()).toEqual({
      code: 'FORBIDDEN',
      message: 'Not today.',
      path: ['input'],
      allowed: null,
      suggestion: null,
    });
    expect(asked).toEqual([
      ['one', REQUEST, PRINCIPAL],
      ['two', REQUEST, PRINCIPAL],
    ]);
  });

  it('let a request pass by undefined, at once or later', async () => {
    const { judge } = createGuards([
      { beforeGeneration: () => undefined },
      { beforeGeneration: () => Promise.resolve(undefined) },
    ]);
    expect(await judge()).toBeUndefined();
  });

  it('may say where a request is wrong and what to do', async () => {
    const { judge } = createGuards([
      {
        beforeGeneration: () =>
          Promise.resolve({ ...REFUSAL, path: ['input', 'prompt'], suggestion: 'Ask tomorrow.' }),
      },
    ]);
    expect(await judge()).toMatchObject({ path: ['input', 'prompt'], suggestion: 'Ask tomorrow.' });
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('secret words');
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret words'))],
    [
      'throws an error for clients',
      () => {
        throw new ModelgraphError('FORBIDDEN', 'secret words');
      },
    ],
    ['gives false', () => false],
    ['gives null', () => null],
    ['gives a code that is none', () => ({ code: 'NOPE', message: 'No.' })],
    ['gives no message', () => ({ code: 'FORBIDDEN' })],
    ['gives a path that is no list of names', () => ({ ...REFUSAL, path: [1] })],
    ['gives a suggestion that is no text', () => ({ ...REFUSAL, suggestion: 1 })],
  ])('refuse with INTERNAL when one %s, and the log has it as a defect', async (_what, beforeGeneration) => {
    const { judge, lines } = createGuards([
      { beforeGeneration: beforeGeneration as NonNullable<GenerationGuard['beforeGeneration']> },
    ]);
    const error: unknown = await judge().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ModelgraphError', code: 'INTERNAL' });
    expect(String(error)).not.toContain('secret words');
    expect(lines).toMatchObject([{ fields: { model: 'toy', source: 'generation', err: expect.any(Error) } }]);
  });

  it('refuse with SERVICE_UNAVAILABLE when one does not answer in time', async () => {
    const { judge, lines } = createGuards([{ beforeGeneration: () => never() }], 20);
    await expect(judge()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(lines).toHaveLength(1);
  });

  it('have their wait ended by any of the signals, and leave no listener on them', async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const { judge } = createGuards([{ beforeGeneration: () => never() }]);
    const judged = judge([first.signal, second.signal]);
    second.abort();
    await expect(judged).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
    for (const { signal } of [first, second]) expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('have their wait ended with the reason of the signal where that is meant for clients', async () => {
    const closing = new AbortController();
    const { judge } = createGuards([{ beforeGeneration: () => never() }]);
    const judged = judge([closing.signal]);
    closing.abort(new ModelgraphError('GENERATION_INTERRUPTED', 'Shutting down.'));
    await expect(judged).rejects.toMatchObject({ code: 'GENERATION_INTERRUPTED', message: 'Shutting down.' });
  });

  it('are not asked any more once the wait for them has ended', async () => {
    const client = new AbortController();
    const first = Promise.withResolvers<undefined>();
    const asked: string[] = [];
    const { judge } = createGuards([
      { beforeGeneration: () => first.promise },
      { beforeGeneration: () => void asked.push('second') },
    ]);
    const judged = judge([client.signal]);
    client.abort();
    await expect(judged).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
    first.resolve(undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual([]);
  });

  it('are not asked for a client that has left before', async () => {
    const asked: unknown[] = [];
    const { judge } = createGuards([{ beforeGeneration: (request) => void asked.push(request) }]);
    await expect(judge([AbortSignal.abort()])).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
    expect(asked).toEqual([]);
  });
});

describe('ends', () => {
  it('are told to every guard, whatever another one does with them', async () => {
    const told: unknown[] = [];
    const { guards, lines } = createGuards([
      {
        afterGeneration: () => {
          throw new Error('disk full');
        },
      },
      { afterGeneration: () => Promise.reject(new Error('no network')) },
      { afterGeneration: (record) => void told.push(record) },
      { beforeGeneration: () => undefined },
    ]);
    guards.record(RECORD);
    await guards.settled(30_000);
    expect(told).toEqual([RECORD]);
    expect(lines.map(({ fields }) => [fields['generationId'], String(fields['err'])])).toEqual([
      ['gen_1', 'Error: disk full'],
      ['gen_1', 'Error: no network'],
    ]);
  });

  it('that are still being recorded are waited for, for a while', async () => {
    const written = Promise.withResolvers<void>();
    const { guards } = createGuards([{ afterGeneration: () => written.promise }]);
    await guards.settled(30_000);
    guards.record(RECORD);
    let isSettled = false;
    const settled = guards.settled(30_000).then(() => {
      isSettled = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isSettled).toBe(false);
    written.resolve();
    await settled;
    const { guards: slow } = createGuards([{ afterGeneration: () => never() }]);
    slow.record(RECORD);
    await slow.settled(10);
  });
});
