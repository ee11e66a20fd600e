import { describe, expect, it } from 'vitest';
import { StoreFallback } from '../../../src/services/principals/limits/store-fallback.ts';
import { WindowCounter } from '../../../src/services/principals/limits/window-counter.ts';
import type { Db } from '../../../src/stores/db/db.ts';
import { RateLimitStore } from '../../../src/stores/principals/rate-limit-store.ts';
import { until } from '../../support/databases/batch-database.ts';
import { findEngines, SILENT_LOG } from '../../support/databases/stores.ts';

const postgres = (await findEngines()).filter(({ engine }) => engine === 'postgres');

const LIMIT = { account: 'key:a', name: 'uploadedBytesPerDay', limit: 100, isShared: true } as const;
const DAY_MS = 86_400_000;

describe.each(postgres)('what a node gives back on $name', ({ open, problem }) => {
  it.skipIf(problem !== null)(
    'can be used on another one that knew of a limit that was reached',
    async () => {
      await using opened = await open();
      let nowMs = Date.now();
      const createCounter = (db: Db, nodeId: string) => {
        const store = new RateLimitStore(db, nodeId);
        const fallback = new StoreFallback({ store, log: SILENT_LOG, answerMs: 60_000, retryMs: 60_000 });
        return new WindowCounter(LIMIT, DAY_MS, fallback, () => nowMs);
      };
      const here = createCounter(opened.db, 'here');
      const there = createCounter(await opened.connect(), 'there');
      expect(await here.take(LIMIT, 80)).toMatchObject({ isGranted: true });
      expect(await there.take(LIMIT, 50)).toMatchObject({ isGranted: false });
      here.add(LIMIT, -80);
      const store = new RateLimitStore(opened.db, 'third');
      await until(async () => (await store.readWindow(LIMIT))?.state.used === 0);
      nowMs += 10_000;
      expect(await there.take(LIMIT, 50)).toMatchObject({ isGranted: true });
    },
  );
});
