import { describe, expect, test } from 'vitest';
import type { Route } from '../../../../support/upstream/vendor-routes.ts';
import { json, jsonLines } from '../../../../support/upstream/vendor-routes.ts';
import { sendJson } from '../../../../support/upstream/upstream-server.ts';
import { never } from '../anthropic-harness.ts';
import { LIST, withVendor } from './batch-routes.ts';
import { batchBody, NO_COUNTS, runningBody, succeeded } from '../fixtures/hand-made-batches.ts';

const SINCE = new Date('2026-11-22T10:00:00Z');
const EXPECTED = { since: SINCE, total: 2 };
const LATER = '2026-11-22T10:00:30Z';
const EARLIER = '2026-11-22T09:58:00Z';

const running = (id: string, part: object = {}): object => runningBody({ id, created_at: LATER, ...part });
const ended = (id: string, part: object = {}): object => batchBody({ id, created_at: LATER, ...part });
const ofOtherSize = (id: string): object => running(id, { request_counts: { ...NO_COUNTS, processing: 3 } });

const pages =
  (...lists: readonly (readonly object[])[]): Route =>
  (request) => {
    const after = new URL(request.path, 'http://vendor').searchParams.get('after_id');
    const at =
      after === null ? 0 : lists.findIndex((list) => (list.at(-1) as { id: string }).id === after) + 1;
    const data = lists[at] ?? [];
    sendJson(request, {
      data,
      has_more: at < lists.length - 1,
      first_id: (data[0] as { id: string } | undefined)?.id ?? null,
      last_id: (data.at(-1) as { id: string } | undefined)?.id ?? null,
    });
  };

describe('finding an interrupted submission', () => {
  test('the only batch of its size since then is it, on whichever page it is', async () => {
    const list = pages(
      [ofOtherSize('a'), ofOtherSize('b')],
      [running('mine')],
      [running('old', { created_at: EARLIER })],
    );
    await withVendor({ [LIST]: list }, async ({ batches, upstream }) => {
      expect(await batches.find('key-1', EXPECTED, { signal: never })).toMatchObject({
        id: 'mine',
        state: 'running',
      });
      expect(upstream.requests.map(({ path }) => path)).toEqual([
        '/v1/messages/batches?limit=100',
        '/v1/messages/batches?limit=100&after_id=b',
        '/v1/messages/batches?limit=100&after_id=mine',
      ]);
    });
  });

  test('batches older than the submission are not searched', async () => {
    const list = pages(
      [running('old', { created_at: EARLIER })],
      [running('older', { created_at: EARLIER })],
    );
    await withVendor({ [LIST]: list }, async ({ batches, upstream }) => {
      expect(await batches.find('key-1', EXPECTED, { signal: never })).toBeUndefined();
      expect(upstream.requests).toHaveLength(1);
    });
  });

  test('a clock of the vendor that is a little behind does not hide it', async () => {
    const list = pages([running('mine', { created_at: '2026-11-22T09:59:30Z' })]);
    await withVendor({ [LIST]: list }, async ({ batches }) => {
      expect(await batches.find('key-1', EXPECTED, { signal: never })).toMatchObject({ id: 'mine' });
    });
  });

  test('without one there is none, even at a vendor that always says there is more', async () => {
    const endless = json({ data: [ofOtherSize('a')], has_more: true, first_id: 'a', last_id: 'a' });
    for (const list of [endless, pages([])])
      await withVendor({ [LIST]: list }, async ({ batches }) => {
        expect(await batches.find('key-1', EXPECTED, { signal: never })).toBeUndefined();
      });
  });

  test('several are a doubt, which is thrown; those known to be others are not among them', async () => {
    await withVendor({ [LIST]: pages([running('a'), running('b')]) }, async ({ batches }) => {
      await expect(batches.find('key-1', EXPECTED, { signal: never })).rejects.toMatchObject({
        code: 'PROVIDER_FAILED',
        vendorMessage: '2 batches may be the one that was submitted',
      });
      const expected = { ...EXPECTED, takenIds: new Set(['a']) };
      expect(await batches.find('key-1', expected, { signal: never })).toMatchObject({ id: 'b' });
    });
  });

  test('a batch that has ended is told from others by the requests its results name', async () => {
    const routes = {
      [LIST]: pages([ended('other'), ended('mine')]),
      'GET /v1/messages/batches/other/results': jsonLines(succeeded('x'), succeeded('y')),
      'GET /v1/messages/batches/mine/results': jsonLines(succeeded('a'), succeeded('b')),
    };
    await withVendor(routes, async ({ batches }) => {
      const hasCustomId = async (customId: string): Promise<boolean> => ['a', 'b'].includes(customId);
      const found = await batches.find('key-1', { ...EXPECTED, hasCustomId }, { signal: never });
      expect(found).toMatchObject({ id: 'mine', outcome: 'completed' });
      const nobody = { ...EXPECTED, hasCustomId: () => false };
      expect(await batches.find('key-1', nobody, { signal: never })).toBeUndefined();
    });
  });

  test('one whose results are gone may be any', async () => {
    await withVendor(
      { [LIST]: pages([ended('mine', { archived_at: LATER })]) },
      async ({ batches, upstream }) => {
        const expected = { ...EXPECTED, hasCustomId: () => false };
        expect(await batches.find('key-1', expected, { signal: never })).toMatchObject({ id: 'mine' });
        expect(upstream.requests).toHaveLength(1);
      },
    );
  });

  test('of many results only a few are read', async () => {
    const asked: string[] = [];
    const hasCustomId = (customId: string): boolean => asked.push(customId) > 0;
    const many = Array.from({ length: 1000 }, (_, index) => succeeded(`r${index}`));
    const routes = {
      [LIST]: pages([ended('mine', { request_counts: { ...NO_COUNTS, succeeded: 1000 } })]),
      'GET /v1/messages/batches/mine/results': jsonLines(...many),
    };
    await withVendor(routes, async ({ batches }) => {
      const found = await batches.find(
        'key-1',
        { since: SINCE, total: 1000, hasCustomId },
        { signal: never },
      );
      expect(found?.id).toBe('mine');
      expect(asked).toHaveLength(10);
    });
  });
});
