import { buildSchema, type DocumentNode, parse, print, validate } from 'graphql';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  findKeyedMutation,
  findResumableSubscription,
  type ResumableEvents,
} from '../../client/src/resume-document/find-resumable-subscription.ts';
import { createResumableSubscriber } from '../../client/src/resume-document/index.ts';
import type { GraphqlRequest, GraphqlResult, Transport } from '../../client/src/transport.ts';
import { ConnectionLost } from '../../client/src/transport.ts';
import { startApp } from '../support/app/app.ts';
import { createSteppedToy } from '../support/app/stepped-toy.ts';
import { toyOverrides } from '../support/app/toy-provider.ts';

const SCHEMA = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

const findEvents = (text: string, operationName?: string): ResumableEvents => {
  const found = findResumableSubscription(parse(text), operationName);
  if (found === undefined || found.kind === 'batchUpdated') throw new Error(`${text} cannot be resumed`);
  return found;
};

const flat = (document: DocumentNode): string => print(document).replaceAll(/\s+/g, ' ').trim();

const EXAMPLES = {
  'a plain one': 'subscription ($input: GenerateInput!) { generate(input: $input) { __typename } }',
  'one with all of the fields': `subscription S($i: GenerateInput!, $k: String) {
    generate(input: $i, idempotencyKey: $k) { __typename generationId cursor sequence ... on TextDelta { text } }
  }`,
  'one with an alias and names of its own': `subscription ($modelgraphKey: GenerateInput!) {
    it: generate(input: $modelgraphKey) { id: generationId cursor: sequence at: cursor }
  }`,
  'one whose fields are in fragments': `subscription ($input: GenerateInput!, $wide: Boolean!) { ...Root }
    fragment Root on Subscription { generate(input: $input) { ...Event } }
    fragment Event on GenerationEvent { generationId ...Place ... on TextDelta @include(if: $wide) { text } }
    fragment Place on GenerationEvent { cursor sequence }`,
  'one of its events': `subscription ($id: ID!, $after: Cursor) {
    generationEvents(id: $id, after: $after) { cursor ... on GenerationFailed { error { code } } }
  }`,
  'one with a literal key':
    'subscription { generate(input: { model: "demo", prompt: "Hi" }, idempotencyKey: "k") { cursor } }',
  'one with a key that is null':
    'subscription ($i: GenerateInput!) { generate(input: $i, idempotencyKey: null) { cursor } }',
  'one of several operations': `query Other { providers { name } }
    subscription ($input: GenerateInput!) { generate(input: $input) { cursor } }`,
} as const;

describe('the documents of a resumable subscription', () => {
  test.each(Object.entries(EXAMPLES))(
    '%s: what is sent first and what resumes it are valid',
    (name, text) => {
      const asked = name.includes('several') ? text.replace('subscription (', 'subscription S (') : text;
      const { start, resume } = findEvents(asked, name.includes('several') ? 'S' : undefined);
      expect([validate(SCHEMA, start), validate(SCHEMA, resume)]).toEqual([[], []]);
    },
  );

  test('it is resumed under the same key, with the same selection and the variables that this uses', () => {
    const found = findEvents(EXAMPLES['one whose fields are in fragments']);
    expect(flat(found.resume)).toContain(
      'subscription ($wide: Boolean!, $modelgraphId: ID!, $modelgraphAfter: Cursor) { generate: generationEvents(id: $modelgraphId, after: $modelgraphAfter) { mg_typename: __typename ...Event } }',
    );
    expect(found.sharedVariables).toEqual(['wide']);
    expect(found.addedKeys).toEqual(['mg_typename']);
  });

  test('fields that are there are used under their own names', () => {
    const { keys, responseKey } = findEvents(EXAMPLES['one with an alias and names of its own']);
    expect(responseKey).toBe('it');
    expect(keys).toEqual({ typename: 'mg_typename', generationId: 'id', cursor: 'at', sequence: 'cursor' });
  });

  test('a field that a directive or a type may leave out is added', () => {
    const { addedKeys } = findEvents(`subscription ($i: GenerateInput!, $b: Boolean!) {
      generate(input: $i) { __typename cursor @skip(if: $b) sequence ... on TextDelta { generationId } }
    }`);
    expect(addedKeys).toEqual(['mg_generationId', 'mg_cursor']);
  });

  test.each([
    ['a query', '{ providers { name } }', undefined],
    ['another subscription', 'subscription { other { id } }', undefined],
    ['an operation that is not there', 'subscription A { generate { cursor } }', 'B'],
  ])('%s is left as it is', (_name, text, operationName) => {
    expect(findResumableSubscription(parse(text), operationName)).toBeUndefined();
  });

  test('a mutation that starts a generation takes a key; any other is left as it is', () => {
    const found = findKeyedMutation(
      parse('mutation ($input: GenerateInput!) { it: startGeneration(input: $input) { id } }'),
    );
    expect(validate(SCHEMA, found?.document ?? parse('{ x }'))).toEqual([]);
    expect(found?.keyVariable).toBe('modelgraphKey');
    const given = 'mutation ($i: GenerateInput!) { generate(input: $i, idempotencyKey: "k") { id } }';
    expect(findKeyedMutation(parse(given))).toBeUndefined();
    expect(findKeyedMutation(parse('mutation { cancelGeneration(id: "1") { id } }'))).toBeUndefined();
  });
});

/** A transport that answers each connection by a script. */
const createScripted = (...connections: readonly (() => AsyncIterable<GraphqlResult>)[]) => {
  const requests: GraphqlRequest[] = [];
  const transport: Transport = {
    subscribe: (request) => {
      requests.push(request);
      return connections[requests.length - 1]?.() ?? (async function* () {})();
    },
    dispose: () => undefined,
  };
  return { transport, requests };
};

const event = (sequence: number, __typename = 'TextDelta'): GraphqlResult => ({
  data: {
    it: {
      mg_typename: __typename,
      mg_generationId: 'g',
      mg_cursor: `c${sequence}`,
      mg_sequence: sequence,
      n: sequence,
    },
  },
});

const answer = (...results: readonly (GraphqlResult | Error)[]) =>
  async function* (): AsyncGenerator<GraphqlResult> {
    for (const result of results) {
      if (result instanceof Error) throw result;
      yield result;
    }
  };

const read = async (...connections: readonly (() => AsyncIterable<GraphqlResult>)[]) => {
  const { transport, requests } = createScripted(...connections);
  const results: GraphqlResult[] = [];
  const reading = createResumableSubscriber({
    url: 'http://127.0.0.1:9/graphql',
    transport,
    reconnect: { baseDelayMs: 0 },
  }).subscribe({
    request: {
      document: parse(
        'subscription ($i: GenerateInput!) { it: generate(input: $i) { ... on TextDelta { text } } }',
      ),
      variables: { i: { model: 'toy' } },
    },
    print,
    idempotencyKey: 'once',
    signal: new AbortController().signal,
    onResult: (result) => results.push(result),
  });
  const failure = await reading.then(
    () => undefined,
    (error: unknown) => error,
  );
  return { requests, results, failure };
};

const lost = new ConnectionLost('cut');

describe('a resumable subscription', () => {
  test('before its first event it is sent again with the same key; after it, from its last event', async () => {
    const { requests, results, failure } = await read(
      answer(lost),
      answer(event(1, 'GenerationStarted'), event(2), lost),
      answer(event(2), event(3), lost),
      answer(event(4, 'GenerationCompleted')),
    );
    expect(failure).toBeUndefined();
    expect(requests.map(({ variables }) => variables)).toEqual([
      { i: { model: 'toy' }, modelgraphKey: 'once' },
      { i: { model: 'toy' }, modelgraphKey: 'once' },
      { modelgraphId: 'g', modelgraphAfter: 'c2' },
      { modelgraphId: 'g', modelgraphAfter: 'c3' },
    ]);
    expect(results).toEqual([1, 2, 3, 4].map((n) => ({ data: { it: { n } } })));
  });

  test('a refusal is a result with its errors, and not asked again', async () => {
    const refusal = { data: null, errors: [{ message: 'No.', extensions: { code: 'MODEL_NOT_FOUND' } }] };
    const { requests, results, failure } = await read(answer(refusal));
    expect(failure).toBeUndefined();
    expect(requests).toHaveLength(1);
    expect(results).toEqual([refusal]);
  });

  test('a cursor that the server has lost leads to its log from the beginning, without what came before', async () => {
    const unknown = {
      errors: [{ message: 'No such event.', extensions: { code: 'INVALID_REQUEST', path: ['after'] } }],
    };
    const { requests, results } = await read(
      answer(event(1, 'GenerationStarted'), event(2), lost),
      answer(unknown),
      answer(event(1, 'GenerationStarted'), event(2), event(3, 'GenerationCompleted')),
    );
    expect(requests.at(-1)?.variables).toEqual({ modelgraphId: 'g', modelgraphAfter: null });
    expect(results).toEqual([1, 2, 3].map((n) => ({ data: { it: { n } } })));
  });

  test('a stream that ends before its generation is resumed', async () => {
    const { requests, results } = await read(
      answer(event(1, 'GenerationStarted')),
      answer(event(2, 'GenerationCompleted')),
    );
    expect(requests).toHaveLength(2);
    expect(results).toHaveLength(2);
  });
});

test('to leave a subscription over WebSocket cancels its generation at once, also while the model is silent', async () => {
  const toy = createSteppedToy();
  await using app = await startApp({ disconnectGraceMs: 60_000 }, toyOverrides(toy));
  const leave = new AbortController();
  const { promise: started, resolve } = Promise.withResolvers<GraphqlResult>();
  const subscriber = createResumableSubscriber({ url: app.url, transport: 'websocket' });
  const reading = subscriber.subscribe({
    request: {
      document: parse('subscription ($i: GenerateInput!) { generate(input: $i) { __typename } }'),
      variables: { i: { model: 'toy', prompt: 'Hi' } },
    },
    print,
    idempotencyKey: 'once',
    signal: leave.signal,
    onResult: resolve,
  });
  expect(await started).toEqual({ data: { generate: { __typename: 'GenerationStarted' } } });
  await toy.call(0);
  leave.abort();
  await reading;
  await toy.aborted(0);
  subscriber.dispose();
});
