import { beforeAll, expect, test } from 'vitest';
import type { StorageAdapter } from '../../client/src/index.ts';

interface Record {
  readonly messageId: string;
  readonly idempotencyKey: string;
  readonly generationIds: readonly string[];
  readonly input?: object | undefined;
}

interface Records {
  find(chatId: string): Promise<Record | undefined>;
  save(chatId: string, record: Record): Promise<void>;
  remove(chatId: string): Promise<void>;
}

const RECORD = { messageId: 'm', idempotencyKey: 'k', generationIds: ['g1'] };

let createChatRecords: (storage: StorageAdapter) => Records;
beforeAll(async () => {
  // By its address: its types are of packages that a plain clone has not installed.
  const { href } = new URL('../../client/src/ai-sdk/chat-records.ts', import.meta.url);
  ({ createChatRecords } = (await import(href)) as { createChatRecords: typeof createChatRecords });
});

const createStorage = (maxLength = Number.POSITIVE_INFINITY) => {
  const items = new Map<string, string>();
  const storage: StorageAdapter = {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => {
      if (value.length > maxLength) throw new Error('QuotaExceededError');
      items.set(key, value);
    },
    removeItem: (key) => void items.delete(key),
  };
  return { items, storage };
};

test('storage that is full keeps what fits of an answer of AI SDK UI, and fails nothing', async () => {
  const records = createChatRecords(createStorage(200).storage);
  await records.save('chat', { ...RECORD, input: { prompt: 'x'.repeat(500) } });
  expect(await records.find('chat')).toEqual(RECORD);
  const none = createChatRecords(createStorage(0).storage);
  await none.save('chat', RECORD);
  expect(await none.find('chat')).toBe(undefined);
});

test('storage that rejects everything fails nothing', async () => {
  const records = createChatRecords({
    getItem: () => Promise.reject(new Error('closed')),
    setItem: () => Promise.reject(new Error('closed')),
    removeItem: () => Promise.reject(new Error('closed')),
  });
  await records.save('chat', RECORD);
  expect(await records.find('chat')).toBe(undefined);
  await records.remove('chat');
});

test.for(['{"messageId', 'null', '{"version":1,"value":{"messages":[]}}', '[]'])(
  'what is kept of something else, %s, is as if nothing was kept',
  async (text) => {
    const { items, storage } = createStorage();
    items.set('modelgraph-ai-sdk:chat', text);
    expect(await createChatRecords(storage).find('chat')).toBe(undefined);
  },
);

test('a large request is not kept with its answer', async () => {
  const { items, storage } = createStorage();
  const records = createChatRecords(storage);
  await records.save('chat', { ...RECORD, input: { prompt: 'Hello' } });
  expect(await records.find('chat')).toEqual({ ...RECORD, input: { prompt: 'Hello' } });
  await records.save('chat', { ...RECORD, input: { prompt: 'x'.repeat(100_000) } });
  expect(await records.find('chat')).toEqual(RECORD);
  await records.remove('chat');
  expect(items.size).toBe(0);
});
