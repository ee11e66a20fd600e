import { expect, test } from 'vitest';
import { type Control, controls, createModelgraph, type TypedDocument } from '../../client/src/index.ts';
import { startApp } from '../support/app/app.ts';
import { createSteppedToy } from '../support/app/stepped-toy.ts';
import { createToy, textDelta, toyOverrides } from '../support/app/toy-provider.ts';
import { toArray } from '../support/to-array.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { errorOf, until } from './waiting.ts';

const RECONNECT = { baseDelayMs: 1, maxDelayMs: 8 };
const RED_PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mP4z8BAEmIY1TCqYfhqAACQ+f8B8u7oVwAAAABJRU5ErkJggg==',
  'base64',
);

test('all models come, over all pages, filtered and ordered', async () => {
  await using app = await startApp();
  const client = createModelgraph({ url: app.url });
  const models = await client.models();
  expect(models.length).toBeGreaterThan(100);
  expect(new Set(models.map(({ name }) => name)).size).toBe(models.length);
  const demo = await client.models({
    where: { providers: ['demo'] },
    orderBy: { field: 'NAME', direction: 'DESC' },
  });
  expect(demo.map(({ name }) => name)).toEqual(
    demo
      .map(({ name }) => name)
      .toSorted()
      .toReversed(),
  );
  expect((await client.model(' DEMO '))?.name).toBe('demo');
  expect(await client.model('no such model')).toBeNull();
  const providers = await client.providers();
  expect(providers.find(({ name }) => name === 'openai')).toMatchObject({ configured: false });
});

test('a document of one’s own is sent as it is, and refused with every problem', async () => {
  await using app = await startApp();
  const client = createModelgraph({ url: app.url });
  const document: TypedDocument<{ model: { name: string } | null }, { name: string }> =
    'query ($name: String!) { model(name: $name) { name } }';
  expect((await client.request(document, { name: 'demo' })).model?.name).toBe('demo');
  expect(await errorOf(client.request('{ nothing }'))).toMatchObject({ code: 'INVALID_REQUEST' });
  await expect(
    client.request(document, { name: 'demo' }, { signal: AbortSignal.abort() }),
  ).rejects.toMatchObject({
    name: 'AbortError',
  });
});

/** A value of a control that its model should take, or should refuse where it is disabled. */
const toValue = (control: Control): unknown => {
  switch (control.kind) {
    case 'range':
      // 0 switches reasoning off, which every model takes.
      return control.default ?? Math.max(control.min, control.enabled ? control.min : 1);
    case 'choice':
      return control.choices[0]?.value ?? 'LOW';
    case 'list':
      return ['stop'];
    case 'toggle':
      // Without tools it changes nothing.
      if (control.field === 'parallelToolCalls') return undefined;
      // A switch that is stuck may be set to where it is.
      return control.enabled || control.default === false;
  }
};

test('what controls allow is accepted, and what they disable is refused, for every model', async () => {
  await using app = await startApp();
  const client = createModelgraph({ url: app.url });
  const models = await client.models();
  const differing: string[] = [];
  for (const model of models) {
    if (model.status === 'RETIRED' || model.capabilities.requiresOneOf.length > 0) continue;
    for (const control of controls(model)) {
      const value = toValue(control);
      if (value === undefined) continue;
      const [field = '', part] = control.field.split('.');
      const input = {
        model: model.name,
        prompt: 'Hello',
        [field]: part === undefined ? value : { [part]: value },
      };
      const { problems } = await client.preview(input);
      const isRefused = problems.some(
        ({ code }) => code === 'UNSUPPORTED_CAPABILITY' || code === 'INVALID_REQUEST',
      );
      // What has no setting for one of the two is given the other in its place, or is answered by its counterpart.
      if (!control.enabled && control.field.startsWith('reasoning.')) continue;
      if (isRefused === control.enabled)
        differing.push(
          `${model.name} ${control.field} ${JSON.stringify(value)} ${control.reason ?? ''} ${JSON.stringify(problems)}`,
        );
    }
  }
  expect(differing.slice(0, 5)).toEqual([]);
});

test('controls follow the settings: budgets stay below the output limit, temperature waits for reasoning', async () => {
  await using app = await startApp();
  const models = await createModelgraph({ url: app.url }).models();
  const withBudget = models.find(({ capabilities }) => capabilities.reasoning?.budgetTokens?.min === 1024);
  const onlyWithout = models.find(({ parameters }) =>
    parameters.some(({ parameter, note }) => parameter === 'TEMPERATURE' && note?.startsWith('Only while')),
  );
  if (withBudget === undefined || onlyWithout === undefined)
    throw new Error('the catalogue has no such model');
  const find = (field: string, given: readonly Control[]): Control | undefined =>
    given.find((control) => control.field === field);
  expect(find('reasoning.budgetTokens', controls(withBudget, { maxOutputTokens: 2_000 }))).toMatchObject({
    enabled: true,
    min: 1024,
    max: 1999,
  });
  expect(find('reasoning.budgetTokens', controls(withBudget, { maxOutputTokens: 1_000 }))).toMatchObject({
    enabled: false,
    reason: 'The budget is part of the output: raise the output limit above 1024 tokens first.',
  });
  expect(find('temperature', controls(onlyWithout, { reasoning: { enabled: true } }))?.enabled).toBe(false);
  expect(find('temperature', controls(onlyWithout, { reasoning: { enabled: false } }))?.enabled).toBe(true);
  expect(find('topP', controls(onlyWithout))?.field).toBe('topP');
});

test.for(['websocket', 'sse'] as const)(
  'a file in the input is uploaded, and resumed over %s',
  async (transport) => {
    const toy = createToy(async function* () {
      yield textDelta('Red.');
      yield { type: 'finish', reason: 'stop', rawReason: 'stop', usage: null, state: null };
    });
    await using app = await startApp({}, toyOverrides(toy, { toy: { inputModalities: ['text', 'image'] } }));
    // The answer to the upload is lost: it is sent again with the same key.
    await using proxy = await startFaultyProxy(app.url, (index) =>
      index === 0 ? { afterReceived: 100 } : undefined,
    );
    const client = createModelgraph({ url: proxy.url, transport, reconnect: RECONNECT });
    const image = { source: { upload: new File([RED_PNG], 'red.png', { type: 'image/png' }) } };
    const blob = { source: { upload: new Blob([RED_PNG], { type: 'image/png' }) } };
    const messages = [{ user: [{ text: 'Colour?' }, { image }, { image: blob }] }];
    const handle = client.generate({ model: 'toy', messages });
    expect((await handle.result()).text).toBe('Red.');
    expect(toy.calls).toHaveLength(1);
    expect(JSON.stringify(toy.calls[0]?.request.messages)).toContain(RED_PNG.toString('base64').slice(0, 40));
    expect(await client.preview({ model: 'toy', messages })).toMatchObject({ accepted: true });
  },
);

test('a batch is handed in, followed over lost connections, and its results are read', async () => {
  await using app = await startApp();
  await using proxy = await startFaultyProxy(app.url);
  const client = createModelgraph({ url: proxy.url, reconnect: RECONNECT });
  const requests = ['a', 'b'].map((customId) => ({ customId, input: { model: 'demo', prompt: customId } }));
  const { id } = await client.submitBatch({ requests });
  const seen: string[] = [];
  for await (const batch of client.followBatch(id)) {
    if (seen.length === 0) proxy.cut();
    seen.push(batch.status);
  }
  expect(seen.at(-1)).toBe('COMPLETED');
  expect((await client.batch(id))?.counts).toMatchObject({ total: 2, succeeded: 2 });
  const items = await client.batchItems(id, { first: 1 });
  expect(items).toMatchObject({
    totalCount: 2,
    hasNextPage: true,
    nodes: [{ customId: 'a', status: 'SUCCEEDED' }],
  });
  expect((await client.batches()).nodes.map((batch) => batch.id)).toEqual([id]);
  expect((await client.cancelBatch(id)).status).toBe('COMPLETED');
  await expect(toArray(client.followBatch('nothing'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('leaving a batch, and a signal, end the following of it', async () => {
  const toy = createSteppedToy();
  await using app = await startApp({}, toyOverrides(toy));
  const client = createModelgraph({ url: app.url });
  const { id } = await client.submitBatch({
    requests: [{ customId: 'a', input: { model: 'toy', prompt: 'a' } }],
  });
  for await (const batch of client.followBatch(id)) {
    expect(batch.id).toBe(id);
    break;
  }
  const controller = new AbortController();
  for await (const batch of client.followBatch(id, { signal: controller.signal })) {
    expect(batch.id).toBe(id);
    controller.abort();
  }
  expect(await toArray(client.followBatch(id, { signal: AbortSignal.abort() }))).toEqual([]);
});

test('generations are listed in pages', async () => {
  const toy = createSteppedToy();
  await using app = await startApp({}, toyOverrides(toy));
  const client = createModelgraph({ url: app.url });
  const handle = client.generate({ model: 'toy', prompt: 'Hello' });
  await until(handle, () => handle.id !== undefined);
  const page = await client.generations({ first: 1 });
  expect(page).toMatchObject({ totalCount: 1, hasNextPage: false, nodes: [{ id: handle.id }] });
  expect(await client.cancelGeneration(handle.id ?? '')).toMatchObject({ id: handle.id });
  await errorOf(handle.result());
});
