import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createModelgraph, ModelgraphError } from '../../client/src/index.ts';
import { sendDocumentIds } from '../../client/src/trusted-documents/index.ts';
import { createSchema } from '../../src/schema/index.ts';
import { parse, validate } from 'graphql';
import { readFile } from 'node:fs/promises';
import { startApp, type TestApp } from '../support/app/app.ts';
import { byHash, createDocumentsFile, sha256 } from '../support/app/documents-file.ts';
import {
  createToy,
  finishEvent,
  textDelta,
  type ToyCall,
  toyOverrides,
} from '../support/app/toy-provider.ts';
import { toArray } from '../support/to-array.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { errorOf, until } from './waiting.ts';
import { createWritingToy } from './writing-toy.ts';

const FILE = fileURLToPath(new URL('../../client/trusted-documents.json', import.meta.url));
const RECONNECT = { baseDelayMs: 1, maxDelayMs: 8 };
const TRANSPORTS = ['websocket', 'sse', 'auto'] as const;

const open = (app: Pick<TestApp, 'url'>, transport: (typeof TRANSPORTS)[number]) =>
  createModelgraph({ url: app.url, transport, reconnect: RECONNECT, transformRequest: sendDocumentIds() });

test('the file of the package is of documents that the schema has, each by its SHA-256', async () => {
  const documents = JSON.parse(await readFile(FILE, 'utf8')) as Record<string, string>;
  const schema = createSchema();
  for (const [id, text] of Object.entries(documents)) {
    expect(id).toBe(sha256(text));
    expect(validate(schema, parse(text))).toEqual([]);
  }
  expect(Object.keys(documents).length).toBeGreaterThan(10);
});

test.for(TRANSPORTS)(
  'a generation over %s is started and resumed by ids alone where no text is executed',
  async (transport) => {
    const toy = createWritingToy(200);
    await using app = await startApp({ trustedDocuments: [FILE], coalesceMs: 0 }, toy.overrides);
    await using proxy = await startFaultyProxy(app.url, (index) =>
      index < 5 ? { afterReceived: 3_000, pieceBytes: 500 } : undefined,
    );
    const client = open(proxy, transport);
    const handle = client.generate({ model: 'toy', prompt: 'Hello' });
    const events = await toArray(handle.events());
    expect(events.map((event) => (event.__typename === 'TextDelta' ? event.text : '')).join('')).toBe(
      toy.text,
    );
    expect(proxy.connections()).toBeGreaterThan(2);
    expect(toy.calls).toHaveLength(1);
    const again = client.follow(handle.id ?? '');
    expect((await again.result()).text).toBe(toy.text);
    client.dispose();
  },
);

/** A call of a tool in the first turn; in the second, an answer that never ends. */
const answer = async function* ({ request, signal }: ToyCall) {
  yield textDelta('Let me see.');
  if (!request.messages.some(({ role }) => role === 'tool')) {
    const toolCall = { callId: 'a', name: 'now', arguments: {}, builtIn: false, result: null, opaque: null };
    yield { type: 'tool-call' as const, toolCall };
    yield finishEvent({ reason: 'tool-calls' });
    return;
  }
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
};

test.for(TRANSPORTS)(
  'tool results, a cancel, queries and batches are sent over %s by ids alone',
  async (transport) => {
    const toy = createToy(answer);
    await using app = await startApp(
      { trustedDocuments: [FILE] },
      toyOverrides(toy, { toy: { functionCalling: true } }),
    );
    const client = open(app, transport);
    const tools = [{ function: { name: 'now', parameters: { type: 'object' } } }];
    const handle = client.generate({ model: 'toy', prompt: 'Hello', tools }, { onToolCall: () => 'noon' });
    await until(handle, () => toy.calls.length === 2);
    await handle.cancel();
    expect(handle.status).toBe('cancelled');
    expect((await client.models()).map(({ name }) => name)).toContain('toy');
    expect(await client.model('toy')).toMatchObject({ name: 'toy' });
    expect((await client.providers()).length).toBeGreaterThan(0);
    expect(await client.preview({ model: 'toy', prompt: 'Hi' })).toMatchObject({ accepted: true });
    expect(await client.generation(handle.id ?? '')).toMatchObject({ status: 'CANCELLED' });
    expect((await client.generations()).nodes).toHaveLength(1);
    const batch = await client.submitBatch({
      requests: [{ customId: 'a', input: { model: 'toy', prompt: 'Hi' } }],
    });
    await client.cancelBatch(batch.id);
    expect((await toArray(client.followBatch(batch.id))).at(-1)).toMatchObject({ id: batch.id });
    expect(await client.batch(batch.id)).toMatchObject({ id: batch.id });
    expect((await client.batches()).nodes).toHaveLength(1);
    expect((await client.batchItems(batch.id))?.nodes).toHaveLength(1);
    client.dispose();
  },
);

test("documents of one's own are sent by their ids beside those of the package, and a text without one is refused", async () => {
  const own = '{ viewer { id } }';
  await using file = await createDocumentsFile(byHash(own));
  await using app = await startApp({ trustedDocuments: [FILE, file.path] });
  const document = { toString: () => own, __meta__: { hash: sha256(own) } };
  const client = createModelgraph({ url: app.url, transformRequest: sendDocumentIds([document]) });
  expect(await client.request(own)).toEqual({ viewer: { id: 'local' } });
  const refused = await errorOf(client.request('{ viewer { kind } }'));
  expect(refused).toBeInstanceOf(ModelgraphError);
  expect(refused).toMatchObject({ code: 'FORBIDDEN' });
  const withoutIds = createModelgraph({ url: app.url });
  expect(await errorOf(withoutIds.models())).toMatchObject({ code: 'FORBIDDEN' });
});
