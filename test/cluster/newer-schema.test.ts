import { describe, expect, it } from 'vitest';
import { openPostgresDb } from '../../src/stores/db/postgres-db.ts';
import { MIGRATIONS, migrate } from '../../src/stores/migrations/migrate.ts';
import { collectOverSse, request, startApp } from '../support/app/app.ts';
import { FOLLOW_SUBSCRIPTION, toEvents } from '../support/app/events.ts';
import { SILENT_LOG } from '../support/databases/stores.ts';
import { named, postgres } from './nodes.ts';

const START = `mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }`;
const input = { model: 'demo', prompt: 'Hello' };
const present = MIGRATIONS.at(-1)?.version ?? 0;

/** The migrations of a server that is newer by one, which only adds. */
const NEWER = [
  ...MIGRATIONS,
  {
    version: present + 1,
    name: 'of-a-newer-server',
    compatibleFrom: present,
    statements: [
      'ALTER TABLE generation ADD COLUMN mood text',
      'CREATE TABLE mood (generation_id text PRIMARY KEY, word text NOT NULL)',
    ],
  },
];

describe.skipIf(postgres.problem !== null)(
  named('a server whose database a newer one has brought up to date'),
  () => {
    it('goes on, and another one of its version can be started', async () => {
      await using database = await postgres.createDatabase();
      const { url } = database;
      await using before = await startApp({ databaseUrl: url });
      const begun = (await request(before, START, { input })).data.startGeneration;
      const db = await openPostgresDb({ url, directUrl: url, log: SILENT_LOG });
      await migrate(db, NEWER);
      await db.close();
      await using after = await startApp({ databaseUrl: url });
      for (const [here, there] of [
        [before, after],
        [after, before],
      ] as const) {
        const { id } = (await request(here, START, { input })).data.startGeneration;
        const events = toEvents(await collectOverSse(there, FOLLOW_SUBSCRIPTION, { id }));
        expect(events.at(-1)).toMatchObject({ __typename: 'GenerationCompleted' });
      }
      const first = toEvents(await collectOverSse(after, FOLLOW_SUBSCRIPTION, { id: begun.id }));
      expect(first.at(-1)).toMatchObject({ __typename: 'GenerationCompleted' });
    });
  },
);
