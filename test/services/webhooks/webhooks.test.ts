import { setImmediate } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { Webhooks, WEBHOOK_TIMING, type WebhookTiming } from '../../../src/services/webhooks/webhooks.ts';
import { BatchStore } from '../../../src/stores/batches/batch-store.ts';
import { BATCH_CHANGES } from '../../../src/stores/batches/batch-channels.ts';
import type { Db } from '../../../src/stores/db/db.ts';
import { openSqliteDb } from '../../../src/stores/db/sqlite-db.ts';
import { WebhookStore } from '../../../src/stores/batches/webhook-store.ts';
import { findEngines, SILENT_LOG } from '../../support/databases/stores.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { toyModels } from '../../support/app/toy-provider.ts';
import { startUpstream, type UpstreamRequest } from '../../support/upstream/upstream-server.ts';
import { UNBILLED } from '../../support/app/unbilled.ts';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four bytes, or of more').toString('base64')}`;
const FAST: Partial<WebhookTiming> = { pollMs: 20, firstRetryMs: 1, maxRetryMs: 1 };
const [config] = toyModels({ toy: {} });
if (config === undefined) throw new Error('there is no toy');

/** A batch that has been taken in and has not ended. */
const addBatch = async (db: Db, id: string): Promise<void> => {
  const store = new BatchStore(db);
  const record = { displayName: 'Night', metadata: { mine: 1 }, config, warnings: [] };
  await store.create({ id, principalId: 'ann', mode: 'sequential', ...record });
  await store.publish(id, { total: 3, provider: 'toy', jobs: [], ...UNBILLED }, null);
};

const endBatch = async (db: Db, id: string, status: string): Promise<void> => {
  const sql = 'UPDATE batch SET status = $2, succeeded = 2, failed = 1, finished_at = NOW_MS WHERE id = $1';
  await db.query(sql, [id, status]);
  await db.notify(BATCH_CHANGES, id);
};

const createWebhooks = (
  db: Db,
  url: string,
  options: { nodeId?: string; allowPrivate?: boolean; timing?: Partial<WebhookTiming> } = {},
): Webhooks =>
  new Webhooks({
    store: new WebhookStore(db, options.nodeId ?? 'node_a'),
    url,
    secret: SECRET,
    allowPrivate: options.allowPrivate ?? true,
    log: SILENT_LOG,
    timing: { ...WEBHOOK_TIMING, ...FAST, ...options.timing },
  });

const verified = ({ body, headers }: UpstreamRequest): unknown =>
  new Webhook(SECRET).verify(body, {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  });

/** Resolves once everything that is due has been looked at so many times more. */
const looks = async (db: Db, count: number): Promise<void> => {
  for (let index = 0; index < count; index += 1) {
    const marker = `batch_marker${index}${Math.random().toString(36).slice(2)}`;
    await addBatch(db, marker);
    await endBatch(db, marker, 'completed');
    for (let state = ''; state !== 'delivered'; ) {
      await setImmediate();
      const rows = await db.query<{ state: string }>(
        'SELECT state FROM webhook_delivery WHERE batch_id = $1',
        [marker],
      );
      state = rows[0]?.state ?? '';
    }
  }
};

const engines = await findEngines();

for (const { name, problem, open } of engines) {
  describe.skipIf(problem !== null)(`webhooks on ${name}`, () => {
    test.each(['completed', 'failed', 'cancelled', 'expired'])(
      'tell of a batch that has %s, signed so that the receiver can verify it',
      async (status) => {
        await using receiver = await startUpstream(({ response }) => void response.writeHead(204).end());
        await using stores = await open();
        const webhooks = createWebhooks(stores.db, `${receiver.origin}/hook?of=mine`);
        await webhooks.start();
        await addBatch(stores.db, 'batch_1');
        await endBatch(stores.db, 'batch_1', status);
        const request = await receiver.request(0);
        expect([request.method, request.path]).toEqual(['POST', '/hook?of=mine']);
        expect(request.headers).toMatchObject({
          'content-type': 'application/json',
          'webhook-id': `batch_1_${status}`,
        });
        expect(verified(request)).toEqual({
          type: `batch.${status}`,
          timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
          data: {
            id: 'batch_1',
            principalId: 'ann',
            displayName: 'Night',
            status: status.toUpperCase(),
            mode: 'SEQUENTIAL',
            provider: 'toy',
            model: 'toy',
            counts: { total: 3, pending: 0, succeeded: 2, failed: 1, cancelled: 0, expired: 0 },
            providerBatchIds: [],
            usage: null,
            cost: null,
            warnings: [],
            error: null,
            metadata: { mine: 1 },
            createdAt: expect.any(String),
            submittedAt: null,
            completedAt: expect.any(String),
          },
        });
        await webhooks.stop();
      },
    );

    test('say nothing of a batch that has not ended', async () => {
      await using receiver = await startUpstream(({ response }) => void response.writeHead(204).end());
      await using stores = await open();
      const webhooks = createWebhooks(stores.db, receiver.origin);
      await webhooks.start();
      await addBatch(stores.db, 'batch_1');
      await stores.db.query("UPDATE batch SET status = 'running' WHERE id = 'batch_1'");
      await looks(stores.db, 1);
      await webhooks.stop();
      expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).not.toContainEqual(
        expect.stringContaining('batch_1_'),
      );
    });

    test('are sent again, word for word, until they are taken, and not once more then', async () => {
      const statuses = [500, 302, 404, 200];
      await using receiver = await startUpstream(({ response }) => {
        response.writeHead(statuses.shift() ?? 200, { location: '/elsewhere' }).end();
      });
      await using stores = await open();
      const webhooks = createWebhooks(stores.db, receiver.origin);
      await webhooks.start();
      await addBatch(stores.db, 'batch_1');
      await endBatch(stores.db, 'batch_1', 'completed');
      await receiver.request(3);
      await looks(stores.db, 3);
      await webhooks.stop();
      const sent = receiver.requests.filter(({ headers }) => headers['webhook-id'] === 'batch_1_completed');
      expect(sent).toHaveLength(4);
      expect(new Set(sent.map(({ body, path }) => `${path} ${body}`)).size).toBe(1);
      for (const request of sent) expect(verified(request)).toMatchObject({ type: 'batch.completed' });
    });

    test('are given up after the time for it, and left alone from then on', async () => {
      const markers = /marker/;
      await using receiver = await startUpstream(({ headers, response }) => {
        response.writeHead(markers.test(String(headers['webhook-id'])) ? 200 : 500).end();
      });
      await using stores = await open();
      const webhooks = createWebhooks(stores.db, receiver.origin, { timing: { giveUpAfterMs: 0 } });
      await webhooks.start();
      await addBatch(stores.db, 'batch_1');
      await endBatch(stores.db, 'batch_1', 'failed');
      await receiver.request(0);
      await looks(stores.db, 3);
      await webhooks.stop();
      const rows = await stores.db.query('SELECT state, attempts FROM webhook_delivery WHERE batch_id = $1', [
        'batch_1',
      ]);
      expect(rows.map((row) => ({ ...row }))).toEqual([{ state: 'given-up', attempts: 1 }]);
    });

    test('are sent once, however many nodes look for them', async () => {
      await using receiver = await startUpstream(({ response }) => void response.writeHead(204).end());
      await using stores = await open();
      const nodes = await Promise.all(
        ['node_a', 'node_b', 'node_c'].map(async (nodeId) =>
          createWebhooks(await stores.connect(), receiver.origin, { nodeId }),
        ),
      );
      await Promise.all(nodes.map((node) => node.start()));
      for (let index = 0; index < 10; index += 1) {
        await addBatch(stores.db, `batch_${index}`);
        await endBatch(stores.db, `batch_${index}`, 'completed');
      }
      await receiver.request(9);
      await looks(stores.db, 3);
      await Promise.all(nodes.map((node) => node.stop()));
      const ids = receiver.requests.map(({ headers }) => String(headers['webhook-id']));
      expect(ids.length).toBe(new Set(ids).size);
    });
  });
}

describe('webhooks', () => {
  test('survive a restart: one that was under way is sent by the next start', async () => {
    await using folder = temporaryFolder();
    await using receiver = await startUpstream(({ response }) => {
      // The first is never answered.
      if (receiver.requests.length > 1) response.writeHead(200).end();
    });
    const first = await openSqliteDb(folder.path);
    const before = createWebhooks(first, receiver.origin);
    await before.start();
    await addBatch(first, 'batch_1');
    await endBatch(first, 'batch_1', 'completed');
    const { body, headers } = await receiver.request(0);
    await before.stop();
    await first.close();
    const second = await openSqliteDb(folder.path);
    const after = createWebhooks(second, receiver.origin, { nodeId: 'node_b' });
    await after.start();
    const again = await receiver.request(1);
    expect([again.body, again.headers['webhook-id']]).toEqual([body, headers['webhook-id']]);
    await after.stop();
    await second.close();
  });

  test('go to no private address unless they may', async () => {
    await using receiver = await startUpstream(({ response }) => void response.writeHead(204).end());
    const db = await openSqliteDb(null);
    const lines: string[] = [];
    const warned = Promise.withResolvers<void>();
    const webhooks = new Webhooks({
      store: new WebhookStore(db, 'node_a'),
      url: receiver.origin.replace('127.0.0.1', 'localhost'),
      secret: SECRET,
      allowPrivate: false,
      log: {
        ...SILENT_LOG,
        warn: ({ err }) => {
          lines.push(String(err));
          warned.resolve();
        },
      },
      timing: WEBHOOK_TIMING,
    });
    await addBatch(db, 'batch_1');
    await endBatch(db, 'batch_1', 'completed');
    await webhooks.start();
    await warned.promise;
    await webhooks.stop();
    expect(lines).toEqual(['Error: the address is not a public one']);
    expect(receiver.connections()).toBe(0);
    await db.close();
  });
});
