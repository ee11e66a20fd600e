import { describe, expect, test } from 'vitest';
import { collectOverSse, request, startApp } from '../support/app/app.ts';
import { usePostgres } from '../support/databases/postgres.ts';

const postgres = await usePostgres();

const FIELDS = [
  'query ($id: ID!) { batch(id: $id) { id } }',
  'query ($id: ID!) { generation(id: $id) { id } }',
  'query ($id: ID!) { node(id: $id) { id } }',
] as const;

const REFUSED = [
  'mutation ($id: ID!) { cancelBatch(id: $id) { id } }',
  'mutation ($id: ID!) { cancelGeneration(id: $id) { id } }',
] as const;

const FOLLOWED = [
  'subscription ($id: ID!) { batchUpdated(id: $id) { id } }',
  'subscription ($id: ID!) { generationEvents(id: $id) { __typename } }',
] as const;

describe.skipIf(postgres.problem !== null)('an id that PostgreSQL cannot hold as text', () => {
  test.each(['batch_\0', 'gen_\0', 'batch_\uD800', 'gen_\uD800'])('is nobody’s (%j)', async (id) => {
    await using database = await postgres.createDatabase();
    await using app = await startApp({ databaseUrl: database.url });
    for (const query of FIELDS)
      expect(Object.values((await request(app, query, { id })).data ?? {})).toEqual([null]);
    for (const query of REFUSED)
      expect((await request(app, query, { id })).errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
    for (const query of FOLLOWED)
      expect((await collectOverSse(app, query, { id }))[0]?.errors?.[0]?.extensions?.['code']).toBe(
        'NOT_FOUND',
      );
  });
});
