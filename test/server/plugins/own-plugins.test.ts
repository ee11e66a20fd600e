import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { ServerPlugin } from '../../../src/server/plugin.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { ANSWERS, type Operation, post } from '../../support/app/clients.ts';
import { GENERATE_MUTATION, GENERATE_SUBSCRIPTION } from '../../support/app/events.ts';
import { createPoliteProvider, TOY_INPUT } from '../../support/app/toy-app.ts';

const QUERY: Operation = { query: '{ __typename }' };
const MUTATION: Operation = { query: GENERATE_MUTATION, variables: { input: TOY_INPUT } };
const STREAM: Operation = { query: GENERATE_SUBSCRIPTION, variables: { input: TOY_INPUT } };

const start = (plugins: readonly ServerPlugin[]): Promise<TestApp> => {
  const { overrides } = createPoliteProvider();
  return startApp({}, { ...overrides, plugins });
};

/** Notes each hook of envelop that runs, with what it can see of the operation. */
const createRecorder = () => {
  const calls: string[] = [];
  const plugin: ServerPlugin = {
    onParse: () => void calls.push('parse'),
    onValidate: () => void calls.push('validate'),
    onContextBuilding: ({ context }) => void calls.push(`context of ${Reflect.get(context, 'principalId')}`),
    onExecute() {
      calls.push('execute');
      return { onExecuteDone: () => void calls.push('executed') };
    },
    onSubscribe() {
      calls.push('subscribe');
      return {
        onSubscribeResult: () => ({
          onNext: () => void calls.push('next'),
          onEnd: () => void calls.push('end'),
        }),
      };
    },
  };
  return { calls, plugin };
};

describe.each(['http', 'sse', 'websocket'] as const)("an operator's own plugin over %s", (transport) => {
  const answersOf = (app: TestApp, operation: Operation) => ANSWERS[transport](app, operation);

  test('sees a query and a mutation from their text to their result', async () => {
    const { calls, plugin } = createRecorder();
    await using app = await start([plugin]);
    for (const operation of [QUERY, MUTATION]) {
      calls.length = 0;
      const [answer] = await answersOf(app, operation);
      expect(answer?.errors).toBeUndefined();
      expect(calls).toEqual(['parse', 'validate', 'context of local', 'execute', 'executed']);
    }
  });

  test('changes a result, and refuses an operation with an error of its own', async () => {
    const plugin: ServerPlugin = {
      onExecute: ({ args, setResultAndStopExecution }) => {
        if (args.operationName === 'Refused')
          setResultAndStopExecution({ errors: [new GraphQLError('Not today.')] });
        return {
          onExecuteDone: ({ result, setResult }) => setResult({ ...result, extensions: { seen: true } }),
        };
      },
    };
    await using app = await start([plugin]);
    expect(await answersOf(app, QUERY)).toEqual([
      { data: { __typename: 'Query' }, extensions: { seen: true } },
    ]);
    const [refused] = await answersOf(app, {
      query: 'query Refused { __typename }',
      operationName: 'Refused',
    });
    expect(refused?.errors).toEqual([
      { message: 'Not today.', extensions: { code: 'INVALID_REQUEST', retryable: false } },
    ]);
  });

  const failing: Readonly<Record<string, ServerPlugin>> = {
    parses: {
      onParse() {
        throw new Error('secret words');
      },
    },
    validates: {
      onValidate() {
        throw new Error('secret words');
      },
    },
    'builds the context': {
      onContextBuilding: () => Promise.reject(new Error('secret words')),
    },
    executes: {
      onExecute() {
        throw new Error('secret words');
      },
    },
    'has executed': {
      onExecute: () => ({
        onExecuteDone() {
          throw new Error('secret words');
        },
      }),
    },
  };
  test.each(Object.entries(failing))(
    'that throws when it %s ends that operation alone, and tells nothing of itself',
    async (_when, plugin) => {
      let fails = true;
      const guarded = Object.fromEntries(
        Object.entries(plugin).map(([hook, run]) => [
          hook,
          (payload: never) => (fails ? (run as (payload: never) => unknown)(payload) : undefined),
        ]),
      );
      await using app = await start([guarded]);
      const [answer] = await answersOf(app, QUERY);
      expect(answer?.errors).toEqual([
        {
          message: 'The server failed to answer the request.',
          extensions: { code: 'INTERNAL', retryable: false },
        },
      ]);
      const errors = app.logLines.filter(({ level }) => level === 'error');
      expect(errors.map(({ fields }) => String(fields['err']))).toEqual(['Error: secret words']);
      fails = false;
      expect(await answersOf(app, { query: '{ again: __typename }' })).toEqual([
        { data: { again: 'Query' } },
      ]);
    },
  );
});

describe.each(['sse', 'websocket'] as const)("an operator's own plugin over %s", (transport) => {
  test('sees each event of a subscription and its end, and can change events', async () => {
    const { calls, plugin } = createRecorder();
    const marks: ServerPlugin = {
      onSubscribe: () => ({
        onSubscribeResult: () => ({
          onNext: ({ result, setResult }) => setResult({ ...result, extensions: { marked: true } }),
        }),
      }),
    };
    await using app = await start([plugin, marks]);
    const answers = await ANSWERS[transport](app, STREAM);
    expect(answers.map(({ data }) => data?.generate.__typename)).toEqual([
      'GenerationStarted',
      'TextDelta',
      'GenerationCompleted',
    ]);
    for (const answer of answers) expect(answer).toMatchObject({ extensions: { marked: true } });
    const expected = ['parse', 'validate', 'context of local', 'subscribe', 'next', 'next', 'next', 'end'];
    expect(calls).toEqual(expected);
  });

  test('that throws at an event ends the subscription with an error that tells nothing of it', async () => {
    const plugin: ServerPlugin = {
      onSubscribe: () => ({
        onSubscribeResult: () => ({
          onNext() {
            throw new Error('secret words');
          },
        }),
      }),
    };
    await using app = await start([plugin]);
    const answers = await ANSWERS[transport](app, STREAM);
    expect(answers).toEqual([
      {
        errors: [
          {
            message: 'The server failed to answer the request.',
            extensions: { code: 'INTERNAL', retryable: false },
          },
        ],
      },
    ]);
  });
});

describe("the HTTP hooks of an operator's own plugin", () => {
  const createHttpRecorder = () => {
    const calls: string[] = [];
    const plugin: ServerPlugin = {
      onRequest: () => void calls.push('request'),
      onRequestParse: () => void calls.push('request parse'),
      onParams: () => void calls.push('params'),
      onExecutionResult: () => void calls.push('execution result'),
      onResultProcess: () => void calls.push('result process'),
      onResponse({ response }) {
        calls.push('response');
        response.headers.set('x-own', 'yes');
      },
    };
    return { calls, plugin };
  };
  const all = ['request', 'request parse', 'params', 'execution result', 'result process', 'response'];

  test.each(['application/json', 'text/event-stream'])('run for answers of %s', async (accept) => {
    const { calls, plugin } = createHttpRecorder();
    await using app = await start([plugin]);
    const operation = accept === 'application/json' ? MUTATION : STREAM;
    const response = await post(app, operation, { headers: { accept } });
    expect(response.headers.get('x-own')).toBe('yes');
    await response.text();
    expect(calls).toEqual(all);
  });

  test('do not run over WebSocket', async () => {
    const { calls, plugin } = createHttpRecorder();
    await using app = await start([plugin]);
    const answers = await ANSWERS.websocket(app, STREAM);
    expect(answers.at(-1)?.data.generate.__typename).toBe('GenerationCompleted');
    expect(calls).toEqual([]);
  });

  const failing = ['onRequest', 'onRequestParse', 'onParams', 'onResultProcess', 'onResponse'] as const;
  test.each(failing)('%s that throws is a defect: logged, with nothing of it in the answer', async (hook) => {
    const plugin: ServerPlugin = {
      [hook]() {
        throw new Error('secret words');
      },
    };
    await using app = await start([plugin]);
    const response = await post(app, QUERY);
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toContain('"code":"INTERNAL"');
    expect(text).not.toContain('secret');
    const errors = app.logLines.filter(({ level }) => level === 'error');
    // A hook that runs again for the error itself throws again.
    expect(new Set(errors.map(({ fields }) => String(fields['err'])))).toEqual(
      new Set(['Error: secret words']),
    );
  });
});
