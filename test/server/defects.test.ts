import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GraphqlResponse } from '../support/app/app.ts';
import { ANSWERS, type Operation } from '../support/app/clients.ts';
import { type ServerProcess, startDefectiveProcess } from '../support/app/server-process.ts';

const WAYS = [
  'a timer',
  'a promise that is awaited nowhere',
  'an asynchronous function',
  'a listener',
] as const;
const TERMINAL = /^Generation(Completed|Failed|Cancelled)$/;

const SUBSCRIPTION = `
  subscription ($prompt: String!, $metadata: JSON) {
    generate(input: { model: "toy", prompt: $prompt, metadata: $metadata }) {
      __typename generationId ... on GenerationFailed { error { code } generation { text } }
    }
  }`;
const MUTATION = `
  mutation ($prompt: String!, $metadata: JSON) {
    generate(input: { model: "toy", prompt: $prompt, metadata: $metadata }) { status text }
  }`;

const operationOf = (query: string, prompt: string, metadata: unknown = null): Operation => ({
  query,
  variables: { prompt, metadata },
});

const eventsOf = (answers: readonly GraphqlResponse[]) => answers.map(({ data }) => data?.generate);

let server: ServerProcess;
beforeAll(async () => {
  server = await startDefectiveProcess();
});
afterAll(() => server[Symbol.asyncDispose]());

/** The line that tells of an error, as fields. */
const lineOf = async (words: string): Promise<Readonly<Record<string, unknown>>> =>
  JSON.parse(await server.printed(`"err":"${words}"`)) as Readonly<Record<string, unknown>>;

describe.each(WAYS)('an error that %s throws and no code catches', (way) => {
  test('ends the generation it has come from, once, and is logged with its id', async () => {
    const answers = await ANSWERS.sse(server, operationOf(SUBSCRIPTION, `provider: ${way}`));
    const events = eventsOf(answers);
    expect(events.filter(({ __typename }) => TERMINAL.test(__typename))).toEqual([
      {
        __typename: 'GenerationFailed',
        generationId: events[0].generationId,
        error: { code: 'INTERNAL' },
        generation: { text: 'Hi' },
      },
    ]);
    expect(await lineOf(`provider: ${way}`)).toMatchObject({ generationId: events[0].generationId });
  });

  test.each(['beforeGeneration', 'afterGeneration', 'onExecute'])(
    'in the hook %s changes nothing of the answer',
    async (seam) => {
      const [answer] = await ANSWERS.http(server, operationOf(MUTATION, 'Hello', { seam, way }));
      expect(answer?.data).toEqual({ generate: { status: 'COMPLETED', text: 'Hi' } });
      await lineOf(`${seam}: ${way}`);
    },
  );

  test('in the hook onSubscribe changes nothing of the stream', async () => {
    const metadata = { seam: 'onSubscribe', way };
    const answers = await ANSWERS.websocket(server, operationOf(SUBSCRIPTION, 'Hello', metadata));
    expect(eventsOf(answers).at(-1)).toMatchObject({ __typename: 'GenerationCompleted' });
    await lineOf(`onSubscribe: ${way}`);
  });
});

test('a server on which all of that has happened goes on as before', async () => {
  const answers = await ANSWERS.sse(server, operationOf(SUBSCRIPTION, 'Hello'));
  expect(eventsOf(answers).map(({ __typename }) => __typename)).toEqual([
    'GenerationStarted',
    'TextDelta',
    'GenerationCompleted',
  ]);
  expect(server.child.exitCode).toBeNull();
});
