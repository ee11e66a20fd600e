import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import { ANSWERS } from '../../support/app/clients.ts';
import { createToyProvider, finish } from '../../support/app/toy-app.ts';

const TEXT = 'x'.repeat(1024 * 1024);
const GENERATIONS = 12;
const MIB = 1024 * 1024;

const { overrides } = createToyProvider(async function* () {
  yield { type: 'text-delta', text: TEXT };
  yield finish;
});

let app: TestApp;
const ids: string[] = [];
beforeAll(async () => {
  app = await startApp({}, overrides);
  for (let made = 0; made < GENERATIONS; made += 1) {
    const { data } = await request(
      app,
      'mutation { generate(input: { model: "toy", prompt: "Hi" }) { id } }',
    );
    ids.unshift(data.generate.id);
  }
});
afterAll(() => app.close());

const PAGE = `query ($after: String) { generations(first: 100, after: $after) {
  totalCount nodes { id text } pageInfo { hasNextPage endCursor } } }`;

describe('large generations', () => {
  test('make for short pages, which together are all of them', async () => {
    const found: string[] = [];
    const sizes: number[] = [];
    for (let after: string | null = null; ; ) {
      const { data } = await request(app, PAGE, { after });
      const { nodes, pageInfo, totalCount } = data.generations;
      expect(totalCount).toBe(GENERATIONS);
      found.push(...nodes.map(({ id }: { id: string }) => id));
      sizes.push(nodes.length);
      if (pageInfo.hasNextPage !== true) break;
      after = pageInfo.endCursor;
    }
    expect(found).toEqual(ids);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
  });

  test.each([2, 15, 20])(
    'share the bytes of one page where %i pages are asked for at once',
    async (pages) => {
      const fields = Array.from(
        { length: pages },
        (_, at) => `p${at}: generations(first: 30) { nodes { text } }`,
      );
      const answer = await request(app, `{ ${fields.join(' ')} }`);
      expect(answer.errors).toBeUndefined();
      // Each page has one generation at the least.
      expect(JSON.stringify(answer).length).toBeLessThan((pages + 6) * MIB);
    },
  );

  test.each(['http', 'sse', 'websocket'] as const)(
    'are not read many times over into one answer over %s',
    async (transport) => {
      const fields = Array.from(
        { length: 15 },
        (_, at) => `p${at}: generations(first: 30) { nodes { text } edges { node { text again: text } } }`,
      );
      const [answer] = await ANSWERS[transport](app, { query: `{ ${fields.join(' ')} }` });
      expect(JSON.stringify(answer).length).toBeLessThan(33 * MIB);
      expect(answer?.errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST' });
      expect(answer?.errors?.[0]?.message).toContain('answer is larger than');
    },
  );

  test('are found by their ids as long as they fit into memory together', async () => {
    const fields = ids.map((id, at) => `g${at}: generation(id: "${id}") { text }`);
    const answer = await request(app, `{ ${fields.join(' ')} }`);
    expect(answer.errors).toBeUndefined();
    expect(JSON.stringify(answer).length).toBeGreaterThan(GENERATIONS * MIB);
  });
});

test('metadata is as large as allowed, and no larger', async () => {
  const submit = (metadata: unknown) =>
    request(
      app,
      'mutation ($m: JSON) { generate(input: { model: "toy", prompt: "Hi", metadata: $m }) { metadata } }',
      { m: metadata },
    );
  const fits = { text: 'x'.repeat(16 * 1024 - 11) };
  expect((await submit(fits)).data.generate.metadata).toEqual(fits);
  for (const large of [
    { text: `${fits.text}x` },
    { text: 'ü'.repeat(8 * 1024) },
    Array.from({ length: 9_000 }, () => 0),
  ]) {
    const { errors } = await submit(large);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST', path: ['input', 'metadata'] });
  }
});
