import { createHash } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import {
  collectOverSse,
  collectOverWebSocket,
  type GraphqlResponse,
  request,
  startApp,
  type TestApp,
} from '../../support/app/app.ts';
import {
  BATCH_FIELDS,
  BATCH_UPDATED,
  endOfBatch,
  SUBMIT_BATCH,
  submitFile,
} from '../../support/app/batches.ts';
import {
  answerOf,
  createToy,
  finishEvent,
  textDelta,
  toyOverrides,
  untilAborted,
} from '../../support/app/toy-provider.ts';
import { ANSWERS } from '../../support/app/clients.ts';

const promptOf = (index: number) => ({
  customId: `request-${index}`,
  input: { model: 'toy', prompt: `Ask ${index}` },
});
const prompts = (count: number) => Array.from({ length: count }, (_none, index) => promptOf(index));

/** Answers with the prompt; one that says so fails. */
const startEcho = async () => {
  const toy = createToy((call) => {
    const [message] = call.request.messages;
    const part = message?.role === 'user' ? message.parts[0] : undefined;
    const text = part?.type === 'text' ? part.text : '';
    if (text.includes('fail')) throw new Error('the toy is broken');
    return answerOf(textDelta(`Answer to ${text}`), finishEvent())(call);
  });
  const app = await startApp({}, toyOverrides(toy));
  return { app, toy, [Symbol.asyncDispose]: () => app.close() };
};

const submit = async (app: TestApp, requests: unknown, more: object = {}) =>
  request(app, SUBMIT_BATCH, { input: { requests, ...more } });

describe.each([
  ['SSE', collectOverSse],
  ['WebSocket', collectOverWebSocket],
] as const)('a batch over %s', (_name, collect) => {
  it('is shown as it stands, and ends with all of its results', async () => {
    await using server = await startEcho();
    const { data } = await submit(server.app, prompts(5), { displayName: 'Five', metadata: { mine: [1] } });
    const states = await collect(server.app, BATCH_UPDATED, { id: data.submitBatch.id });
    expect(states.map((state) => state.errors)).toEqual(states.map(() => undefined));
    const shown = states.map((state) => state.data.batchUpdated);
    expect(shown.at(-1)).toEqual({
      id: data.submitBatch.id,
      displayName: 'Five',
      status: 'COMPLETED',
      mode: 'SEQUENTIAL',
      metadata: { mine: [1] },
      model: { name: 'toy' },
      provider: { name: 'toy' },
      counts: { total: 5, pending: 0, succeeded: 5, failed: 0, cancelled: 0, expired: 0 },
    });
    const pending = shown.map(({ counts }) => Number(counts.pending));
    expect(pending).toEqual(pending.toSorted((a, b) => b - a));
    // Who comes after the end is told the end.
    expect(await collect(server.app, BATCH_UPDATED, { id: data.submitBatch.id })).toEqual([states.at(-1)]);
  });

  it('is not found under an id of nobody’s', async () => {
    await using server = await startEcho();
    const answers = await ANSWERS[_name === 'SSE' ? 'sse' : 'websocket'](server.app, {
      query: BATCH_UPDATED,
      variables: { id: 'batch_0123' },
    });
    expect(answers).toMatchObject([{ errors: [{ extensions: { code: 'NOT_FOUND' } }] }]);
  });
});

describe('the results of a batch', () => {
  it('come in pages, in the order the requests were submitted in', async () => {
    await using server = await startEcho();
    const requests = prompts(7).map((each, index) =>
      index === 3 ? { ...each, input: { ...each.input, prompt: 'fail' } } : each,
    );
    const { id } = (await submit(server.app, requests)).data.submitBatch;
    expect(await endOfBatch(server.app, id)).toMatchObject({ counts: { succeeded: 6, failed: 1 } });
    const query = `query ($id: ID!, $after: String, $status: [BatchItemStatus!]) { batch(id: $id) {
      items(first: 3, after: $after, status: $status) {
        totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor } nodes { customId index status text error { code } }
      } } }`;
    // oxlint-disable-next-line typescript/no-explicit-any
    const nodes: any[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { data }: GraphqlResponse = await request(server.app, query, { id, after });
      const { items } = data.batch;
      expect(items.totalCount).toBe(7);
      expect(items.pageInfo.hasPreviousPage).toBe(after !== null);
      nodes.push(...items.nodes);
      ({ hasNextPage: more, endCursor: after } = items.pageInfo);
    }
    expect(nodes.map(({ customId }) => customId)).toEqual(requests.map(({ customId }) => customId));
    expect(nodes.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(nodes[0]).toMatchObject({ status: 'SUCCEEDED', text: 'Answer to Ask 0', error: null });
    expect(nodes[3]).toMatchObject({ status: 'FAILED', text: null, error: { code: expect.any(String) } });
    const failed = await request(server.app, query, { id, status: ['FAILED'] });
    expect(failed.data.batch.items).toMatchObject({ totalCount: 1, nodes: [{ customId: 'request-3' }] });
    const wrong = await request(server.app, query, { id, after: 'nonsense' });
    expect(wrong.errors).toMatchObject([{ extensions: { code: 'INVALID_REQUEST', path: ['after'] } }]);
  });

  it('are found by the name of the caller’s, and by their ids, as the batch is', async () => {
    await using server = await startEcho();
    const { id } = (await submit(server.app, prompts(2))).data.submitBatch;
    await endOfBatch(server.app, id);
    const query = `query ($id: ID!, $customId: String!) { batch(id: $id) { id item(customId: $customId) { id text } } }`;
    const { batch } = (await request(server.app, query, { id, customId: 'request-1' })).data;
    expect(batch.item.text).toBe('Answer to Ask 1');
    const node = `query ($id: ID!) { node(id: $id) { __typename id ... on BatchItem { text } ... on Batch { status } } }`;
    expect((await request(server.app, node, { id })).data.node).toEqual({
      __typename: 'Batch',
      id,
      status: 'COMPLETED',
    });
    expect((await request(server.app, node, { id: batch.item.id })).data.node).toEqual({
      __typename: 'BatchItem',
      ...batch.item,
    });
    const none = await request(server.app, query, { id, customId: 'request-9' });
    expect(none.data.batch.item).toBeNull();
  });
});

test('batches are listed, newest first, by status', async () => {
  await using server = await startEcho();
  const ids: string[] = [];
  for (const name of ['first', 'second', 'third']) {
    const { id } = (await submit(server.app, prompts(1), { displayName: name })).data.submitBatch;
    ids.unshift(id);
    await endOfBatch(server.app, id);
  }
  const query = `query ($after: String, $status: [BatchStatus!]) {
    batches(first: 2, after: $after, status: $status) { totalCount pageInfo { hasNextPage endCursor } nodes { id } } }`;
  const { batches } = (await request(server.app, query)).data;
  expect(batches).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
  const rest = (await request(server.app, query, { after: batches.pageInfo.endCursor })).data.batches;
  expect([...batches.nodes, ...rest.nodes].map((node) => node.id)).toEqual(ids);
  const failed = await request(server.app, query, { status: ['FAILED'] });
  expect(failed.data.batches).toMatchObject({ totalCount: 0, nodes: [] });
});

test('a batch is nobody’s but its principal’s, whichever way it is asked for', async () => {
  const keys = ['mg_ann_secret1', 'mg_bob_secret2'];
  const toy = createToy();
  await using app = await startApp(
    {
      apiKeys: keys.map((key) => ({
        id: key.split('_')[1] ?? '',
        sha256: createHash('sha256').update(key).digest('hex'),
      })),
    },
    toyOverrides(toy),
  );
  const [ann, bob] = keys.map((key) => ({ headers: { authorization: `Bearer ${key}` } }));
  const { id } = (await request(app, SUBMIT_BATCH, { input: { requests: prompts(1) } }, ann)).data
    .submitBatch;
  const itemQuery = `query ($id: ID!) { batch(id: $id) { item(customId: "request-0") { id } } }`;
  const itemId = (await request(app, itemQuery, { id }, ann)).data.batch.item.id;
  const query = `query ($id: ID!, $itemId: ID!) {
    batch(id: $id) { id } node(id: $id) { id } item: node(id: $itemId) { id } batches { totalCount } }`;
  expect((await request(app, query, { id, itemId }, ann)).data).toEqual({
    batch: { id },
    node: { id },
    item: { id: itemId },
    batches: { totalCount: 1 },
  });
  expect(await request(app, query, { id, itemId }, bob)).toEqual({
    data: { batch: null, node: null, item: null, batches: { totalCount: 0 } },
  });
  const cancel = 'mutation ($id: ID!) { cancelBatch(id: $id) { id } }';
  expect((await request(app, cancel, { id }, bob)).errors).toMatchObject([
    { extensions: { code: 'NOT_FOUND' } },
  ]);
});

test('a batch is cancelled: what is under way is aborted, what was answered stays', async () => {
  const asked = Promise.withResolvers<void>();
  const toy = createToy(async function* (call) {
    if (toy.calls.length > 1) {
      asked.resolve();
      await untilAborted(call.signal);
    }
    yield* answerOf(textDelta('Done'), finishEvent())(call);
  });
  await using app = await startApp({}, toyOverrides(toy));
  const { id } = (await submit(app, prompts(3))).data.submitBatch;
  await asked.promise;
  const cancel = 'mutation ($id: ID!) { cancelBatch(id: $id) { id status } }';
  const { data } = await request(app, cancel, { id });
  expect(['CANCELLING', 'CANCELLED']).toContain(data.cancelBatch.status);
  const end = await endOfBatch(app, id);
  expect(end).toMatchObject({ status: 'CANCELLED', counts: { total: 3, pending: 0, failed: 0 } });
  expect(end.counts.cancelled).toBeGreaterThanOrEqual(2);
  expect((await request(app, cancel, { id })).data.cancelBatch.status).toBe('CANCELLED');
});

describe('a batch is refused', () => {
  it.each<[string, object, RegExp, readonly string[]]>([
    ['without requests', {}, /exactly one of requests and file/, ['input']],
    ['with no request among them', { requests: [] }, /./, ['input', 'requests']],
    [
      'with a request that could not be sent alone',
      { requests: [promptOf(0), { customId: 'b', input: { model: 'toy', prompt: ' ' } }] },
      /./,
      ['input', 'requests', '1', 'input', 'prompt'],
    ],
    [
      'with a name twice',
      { requests: [promptOf(0), promptOf(0)] },
      /./,
      ['input', 'requests', '1', 'customId'],
    ],
    [
      'with an empty part of a message',
      { requests: [{ customId: 'a', input: { model: 'toy', messages: [{ user: [] }] } }] },
      /./,
      ['input', 'requests', '0'],
    ],
    [
      'with an empty key',
      { requests: prompts(1), idempotencyKey: '' },
      /1 to 256/,
      ['input', 'idempotencyKey'],
    ],
  ])('%s', async (_what, input, message, path) => {
    await using server = await startEcho();
    const { errors } = await request(server.app, SUBMIT_BATCH, { input });
    expect(errors).toMatchObject([
      { message: expect.stringMatching(message), extensions: { code: 'INVALID_REQUEST' } },
    ]);
    const found = errors?.[0]?.extensions?.['path'] as readonly string[];
    expect(found.slice(0, path.length)).toEqual(path);
    expect((await request(server.app, '{ batches { totalCount } }')).data.batches.totalCount).toBe(0);
    expect(server.toy.calls).toEqual([]);
  });

  it.each(['http', 'sse', 'websocket'] as const)(
    'when there are too many in one operation, over %s',
    async (way) => {
      await using server = await startEcho();
      const field = `submitBatch(input: { requests: [{ customId: "a", input: { model: "toy", prompt: "Hi" } }] }) { id }`;
      const query = `mutation { ${['a', 'b', 'c', 'd', 'e'].map((alias) => `${alias}: ${field}`).join(' ')} }`;
      const [answer] = await ANSWERS[way](server.app, { query });
      expect(answer?.errors).toMatchObject([
        { extensions: { code: 'INVALID_REQUEST', allowed: ['at most 4'] } },
      ]);
      expect(server.toy.calls).toEqual([]);
    },
  );
});

test('the same key stands for the same batch, inline and as a file alike', async () => {
  await using server = await startEcho();
  const key = { idempotencyKey: 'once' };
  const first = (await submit(server.app, prompts(2), key)).data.submitBatch;
  const again = (await submit(server.app, prompts(2), key)).data.submitBatch;
  const lines = prompts(2).map((each) => JSON.stringify(each));
  const asFile = (await submitFile(server.app, lines.join('\n'), { input: key })).answer.data.submitBatch;
  expect([again.id, asFile.id]).toEqual([first.id, first.id]);
  const other = await submit(server.app, prompts(3), key);
  expect(other.errors).toMatchObject([{ extensions: { code: 'INVALID_REQUEST' } }]);
  await endOfBatch(server.app, first.id);
  expect(server.toy.calls).toHaveLength(2);
});

test('every field of a batch can be read', async () => {
  await using server = await startEcho();
  const { id } = (await submit(server.app, prompts(1))).data.submitBatch;
  await endOfBatch(server.app, id);
  const query = `query ($id: ID!) { batch(id: $id) { ${BATCH_FIELDS}
    providerBatchIds usage { totalTokens } cost { total } error { code } createdAt submittedAt completedAt expiresAt
    items { nodes { reasoning output finishReason toolCalls { name } usage { totalTokens } cost { total } error { code } } } } }`;
  const { data, errors } = await request(server.app, query, { id });
  expect(errors).toBeUndefined();
  expect(data.batch).toMatchObject({
    providerBatchIds: [],
    error: null,
    createdAt: expect.stringMatching(/Z$/),
    completedAt: expect.stringMatching(/Z$/),
    items: { nodes: [{ finishReason: 'STOP', toolCalls: [], error: null }] },
  });
});
