import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { describe, expect, test } from 'vitest';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import { openEventStream } from '../../support/app/clients.ts';
import { rawRequest } from '../../support/app/raw-http.ts';
import { createSteppedToy } from '../../support/app/stepped-toy.ts';
import { answerOf, createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';

const NEVER_OVER = { disconnectGraceMs: 3_600_000 };
/** Without the cursor: the id has to be there all the same. */
const GENERATE = `subscription ($key: String) {
  generate(input: { model: "toy", prompt: "Hi" }, idempotencyKey: $key) { __typename ... on TextDelta { text } }
}`;
const WITH_CURSOR = GENERATE.replace('__typename', '__typename generationId cursor');
const FOLLOW = `subscription ($id: ID!, $after: Cursor) {
  generationEvents(id: $id, after: $after) { __typename ... on TextDelta { text } }
}`;
const threeWords = () =>
  createToy(
    answerOf(textDelta('one '), { type: 'reasoning-delta', text: 'why' }, textDelta('two'), finishEvent()),
  );

interface Asked {
  readonly method: 'GET' | 'POST';
  readonly query: string;
  readonly variables: object;
  readonly lastEventId?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const ask = (app: TestApp, { method, query, variables, lastEventId, headers }: Asked) => {
  const sent = {
    accept: 'text/event-stream',
    ...headers,
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  };
  return method === 'POST'
    ? rawRequest(app, {
        method,
        headers: { ...sent, 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      })
    : rawRequest(app, {
        path: `/graphql?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`,
        headers: { ...sent, origin: 'http://localhost:5173' },
      });
};

/** What a reader by the WHATWG rules makes of a stream. */
const messagesOf = (body: string): EventSourceMessage[] => {
  const messages: EventSourceMessage[] = [];
  createParser({ onEvent: (message) => messages.push(message) }).feed(body);
  return messages;
};

interface Read {
  readonly event: string | undefined;
  readonly id: string | undefined;
  // Tests read what they asked for; a wrong path is a failed assertion.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly field: any;
}

const read = (body: string): Read[] =>
  messagesOf(body).map(({ event, id, data }) => ({
    event,
    id,
    field: data === '' ? undefined : Object.values((JSON.parse(data) as { data: object }).data ?? {})[0],
  }));

const errorOf = ({ body }: { readonly body: string }): unknown =>
  (JSON.parse(body) as { errors: readonly { extensions: object }[] }).errors[0]?.extensions;

describe.each(['GET', 'POST'] as const)('an event stream that is asked for by %s', (method) => {
  test('carries the cursor of each event as its id, selected or not', async () => {
    await using app = await startApp({}, toyOverrides(threeWords()));
    const events = read((await ask(app, { method, query: WITH_CURSOR, variables: { key: 'a' } })).body);
    const next = events.filter(({ event }) => event === 'next');
    expect(next.length).toBeGreaterThanOrEqual(5);
    for (const { id, field } of next) expect(id).toBe(field.cursor);
    expect(events.at(-1)).toEqual({ event: 'complete', id: undefined, field: undefined });
    const without = read((await ask(app, { method, query: GENERATE, variables: { key: 'a' } })).body);
    expect(without.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  });

  test('is resumed after each of its ids, as a generation and as its events, and never asks again', async () => {
    const toy = threeWords();
    await using app = await startApp({}, toyOverrides(toy));
    const whole = read((await ask(app, { method, query: WITH_CURSOR, variables: { key: 'a' } })).body);
    const id = whole[0]?.field.generationId as string;
    const next = whole.filter(({ event }) => event === 'next');
    for (const [index, { id: lastEventId = '' }] of next.entries()) {
      const rest = next.slice(index + 1).map(({ id: each }) => each);
      for (const again of [
        { query: GENERATE, variables: { key: 'a' } },
        { query: FOLLOW, variables: { id } },
        // The address of an EventSource stays as it was: what it has read since is what counts.
        { query: FOLLOW, variables: { id, after: next[0]?.id } },
      ]) {
        const answer = await ask(app, { method, lastEventId, ...again });
        if (rest.length > 0)
          expect(
            read(answer.body)
              .filter(({ event }) => event === 'next')
              .map(({ id: each }) => each),
          ).toEqual(rest);
        else
          expect([answer.status, answer.body, answer.headers['cache-control']]).toEqual([
            204,
            '',
            'no-store',
          ]);
      }
    }
    expect(toy.calls).toHaveLength(1);
  });

  test('is resumed while its generation runs', async () => {
    const toy = createSteppedToy();
    await using app = await startApp(NEVER_OVER, toyOverrides(toy));
    const stream = await openEventStream(app, { query: GENERATE, variables: { key: 'a' } });
    await toy.give(textDelta('one'));
    await stream.received(/TextDelta/);
    stream.leave();
    const lastEventId = messagesOf(stream.text()).at(-1)?.id ?? '';
    const resumed = ask(app, { method, query: GENERATE, variables: { key: 'a' }, lastEventId });
    await toy.give(textDelta(' two'));
    await toy.finish();
    const texts = read((await resumed).body).flatMap(({ field }) => field?.text ?? []);
    expect(texts.join('')).toBe(' two');
    expect(toy.calls).toHaveLength(1);
  });

  const MALFORMED: Readonly<Record<string, string>> = {
    'no base64': '***',
    'a number': '17',
    'a text': 'bm90IGEgY3Vyc29y',
    'a cursor with more behind it': Buffer.from('gen_1:5:start').toString('base64url'),
    'a cursor of a sequence below 1': Buffer.from('gen_1:0').toString('base64url'),
    'two ids': `${Buffer.from('gen_1:1').toString('base64url')}, ${Buffer.from('gen_1:2').toString('base64url')}`,
    megabytes: 'x'.repeat(12_000),
    'a cursor of another generation': Buffer.from('gen_1:1').toString('base64url'),
  };

  test.each(Object.entries(MALFORMED))('is refused where the last id is %s', async (_what, lastEventId) => {
    const toy = threeWords();
    await using app = await startApp({}, toyOverrides(toy));
    const [first] = read((await ask(app, { method, query: WITH_CURSOR, variables: { key: 'a' } })).body);
    for (const again of [
      { query: GENERATE, variables: { key: 'a' } },
      { query: FOLLOW, variables: { id: first?.field.generationId } },
    ]) {
      const answer = await ask(app, { method, lastEventId, ...again });
      expect(answer.status).toBe(400);
      expect(errorOf(answer)).toMatchObject({ code: 'INVALID_REQUEST', path: ['Last-Event-ID'] });
    }
    expect(toy.calls).toHaveLength(1);
  });

  test('is refused beyond what there is, and where nothing was started under the key', async () => {
    const toy = threeWords();
    await using app = await startApp({}, toyOverrides(toy));
    const [first] = read((await ask(app, { method, query: WITH_CURSOR, variables: { key: 'a' } })).body);
    const id = first?.field.generationId as string;
    const beyond = Buffer.from(`${id}:99`).toString('base64url');
    const asked = await ask(app, { method, query: FOLLOW, variables: { id }, lastEventId: beyond });
    expect([asked.status, errorOf(asked)]).toMatchObject([400, { code: 'INVALID_REQUEST' }]);
    const other = await ask(app, {
      method,
      query: GENERATE,
      variables: { key: 'b' },
      lastEventId: first?.id ?? '',
    });
    expect([other.status, errorOf(other)]).toMatchObject([
      404,
      { code: 'NOT_FOUND', path: ['idempotencyKey'] },
    ]);
    const none = await ask(app, { method, query: GENERATE, variables: {}, lastEventId: first?.id ?? '' });
    expect([none.status, errorOf(none)]).toMatchObject([400, { path: ['idempotencyKey'] }]);
    const changed = await ask(app, {
      method,
      query: GENERATE.replace('"Hi"', '"Ho"'),
      variables: { key: 'a' },
      lastEventId: first?.id ?? '',
    });
    expect([changed.status, errorOf(changed)]).toMatchObject([400, { path: ['idempotencyKey'] }]);
    expect(toy.calls).toHaveLength(1);
  });

  test('begins anew where the last id is empty', async () => {
    await using app = await startApp({}, toyOverrides(threeWords()));
    const { body } = await ask(app, { method, query: GENERATE, variables: { key: 'a' }, lastEventId: '' });
    expect(body).toContain('GenerationStarted');
  });

  test('is resumed for its principal only', async () => {
    const hash = async (key: string) =>
      Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(key))).toString('hex');
    const keys = { ann: 'mg_ann_secret', ben: 'mg_ben_secret' };
    const apiKeys = [
      { id: 'ann', sha256: await hash(keys.ann) },
      { id: 'ben', sha256: await hash(keys.ben) },
    ];
    await using app = await startApp({ apiKeys }, toyOverrides(threeWords()));
    const as = (name: keyof typeof keys) => ({ authorization: `Bearer ${keys[name]}` });
    for (const name of ['ann', 'ben'] as const)
      expect(await request(app, '{ viewer { id } }', {}, { headers: as(name) })).toMatchObject({
        data: { viewer: { id: name } },
      });
    const whole = read(
      (await ask(app, { method, query: WITH_CURSOR, variables: { key: 'a' }, headers: as('ann') })).body,
    ).filter(({ event }) => event === 'next');
    const id = whole[0]?.field.generationId as string;
    for (const { id: lastEventId = '' } of whole) {
      const followed = await ask(app, {
        method,
        query: FOLLOW,
        variables: { id },
        lastEventId,
        headers: as('ben'),
      });
      expect([followed.status, errorOf(followed)]).toMatchObject([404, { code: 'NOT_FOUND' }]);
      const asked = await ask(app, {
        method,
        query: GENERATE,
        variables: { key: 'a' },
        lastEventId,
        headers: as('ben'),
      });
      expect([asked.status, errorOf(asked)]).toMatchObject([404, { code: 'NOT_FOUND' }]);
    }
    const nobody = await ask(app, {
      method,
      query: FOLLOW,
      variables: { id },
      lastEventId: whole[0]?.id ?? '',
    });
    expect(nobody.status).toBe(401);
  });

  test('has errors with their status where it is refused, before it is a stream', async () => {
    await using app = await startApp({}, toyOverrides(threeWords()));
    const answer = await ask(app, { method, query: FOLLOW, variables: { id: 'gen_none' } });
    // Only a client that connects again by itself has to be told by the status.
    expect(answer.status).toBe(method === 'GET' ? 404 : 200);
    expect(answer.body).toContain('NOT_FOUND');
    const model = GENERATE.replace('"toy"', '"tyo"');
    const unknown = await ask(app, { method, query: model, variables: { key: 'a' } });
    expect(unknown.status).toBe(method === 'GET' ? 404 : 200);
    const field = await ask(app, {
      method,
      query: GENERATE.replace('__typename', 'typo'),
      variables: { key: 'a' },
    });
    expect(field.body).toContain('Cannot query field');
  });
});

test('a stream whose events have no ids ends with one, which stops a client that connects again', async () => {
  await using app = await startApp();
  const asked = { method: 'GET', query: '{ __typename }', variables: {} } as const;
  const events = read((await ask(app, asked)).body);
  expect(events).toMatchObject([
    { event: 'next', id: undefined },
    { event: 'complete', id: 'complete' },
  ]);
  expect((await ask(app, { ...asked, lastEventId: 'complete' })).status).toBe(204);
  // A client that sends a body does not connect again by itself.
  const posted = await ask(app, { ...asked, method: 'POST' });
  expect(posted.body.endsWith('event: complete\ndata: \n\n')).toBe(true);
});

test('a terminal event that stands for one that was lost is not sent again to a client that has it', async () => {
  await using app = await startApp({}, toyOverrides(threeWords()));
  const [started] = read(
    (await ask(app, { method: 'POST', query: WITH_CURSOR, variables: { key: 'a' } })).body,
  );
  const id = started?.field.generationId as string;
  const { data } = await request(app, 'query ($id: ID!) { generation(id: $id) { lastSequence } }', { id });
  const lastEventId = Buffer.from(`${id}:${data.generation.lastSequence}:end`).toString('base64url');
  expect((await ask(app, { method: 'GET', query: FOLLOW, variables: { id }, lastEventId })).status).toBe(204);
});
