import { afterAll, beforeAll, expect, test } from 'vitest';
import { createModelgraph, type StorageAdapter } from '../../client/src/index.ts';
import { Chat, type ChatState } from '../../client/src/react/chat/chat.ts';
import { type ChatServer, startChatServer } from './chat/chat-server.ts';

let server: ChatServer;
beforeAll(async () => {
  server = await startChatServer();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const createItems = () => {
  const items = new Map<string, string>();
  const storage: StorageAdapter = {
    getItem: (key) => Promise.resolve(items.get(key) ?? null),
    setItem: (key, value) => Promise.resolve(void items.set(key, value)),
    removeItem: (key) => Promise.resolve(void items.delete(key)),
  };
  return { items, storage };
};

const openTab = (id: string, storage: StorageAdapter) => {
  const client = createModelgraph({ url: server.url });
  const chat = new Chat(client, id, storage);
  chat.configure({ model: 'sonata-4' });
  const close = chat.attach();
  return { chat, close };
};

const until = async (chat: Chat, isSo: (state: ChatState) => boolean): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const check = (): void => {
    if (isSo(chat.getState())) resolve();
  };
  const stop = chat.subscribe(check);
  check();
  await promise;
  stop();
};

const isReady = ({ status }: ChatState): boolean => status === 'ready';
const hasMessages =
  (count: number) =>
  ({ messages, status }: ChatState): boolean =>
    status === 'ready' && messages.length === count && messages.at(-1)?.status === 'done';

const textOf = ({ chat }: { chat: Chat }): string =>
  chat
    .getState()
    .messages.flatMap(({ parts }) => parts.map((part) => ('text' in part ? part.text : '')))
    .join('|');

/** As a tab sees it that reads the record of an answer too early each time: before its generation is known. */
const withoutGenerationId = (storage: StorageAdapter): StorageAdapter => ({
  ...storage,
  getItem: async (key) => {
    const text = await storage.getItem(key);
    if (text === null || !key.endsWith(':run')) return text;
    const kept = JSON.parse(text) as { value: { generationId?: string } };
    delete kept.value.generationId;
    return JSON.stringify(kept);
  },
});

test('a tab that never learnt which generation another one followed is ready at its end, and may send', async () => {
  const { items, storage } = createItems();
  const first = openTab('early', storage);
  const second = openTab('early', withoutGenerationId(storage));
  await Promise.all([until(first.chat, isReady), until(second.chat, isReady)]);
  expect(await first.chat.send({ text: 'Hello' })).toBe(true);
  await until(second.chat, hasMessages(2));
  expect(textOf(second)).toBe('Hello|You said “Hello”. Media: none.');
  expect([...items.keys()].filter((key) => key.endsWith(':run'))).toEqual([]);
  expect(await second.chat.send({ text: 'And again' })).toBe(true);
  await until(first.chat, hasMessages(4));
  expect(textOf(first)).toBe(textOf(second));
  first.close();
  second.close();
});

test('a message that is sent while another tab is still ending its answer waits for it, and follows it', async () => {
  const { storage } = createItems();
  const first = openTab('ending', storage);
  await until(first.chat, isReady);
  await first.chat.send({ text: 'One' });
  await until(first.chat, hasMessages(2));
  first.close();
  const before = await storage.getItem('modelgraph-chat:ending');
  await storage.removeItem('modelgraph-chat:ending');
  // The tab before has the lock, and the storage lacks its answer.
  const locked = Promise.withResolvers<() => void>();
  const ended = navigator.locks.request(
    'modelgraph-chat:ending',
    () => new Promise<void>((release) => locked.resolve(() => release())),
  );
  const release = await locked.promise;
  const second = openTab('ending', storage);
  await until(second.chat, isReady);
  const sent = second.chat.send({ text: 'Two' });
  await storage.setItem('modelgraph-chat:ending', before ?? '');
  release();
  await ended;
  expect(await sent).toBe(true);
  await until(second.chat, hasMessages(4));
  expect(textOf(second)).toContain('One|You said “One”. Media: none.|Two|');
  second.close();
});

test('a message is not taken while another tab goes on answering, and that tab is followed instead', async () => {
  const { storage } = createItems();
  let isLate = false;
  const callsBefore = server.calls.length;
  const first = openTab('busy', storage);
  await until(first.chat, isReady);
  await first.chat.send({ text: 'Please hold' });
  await until(first.chat, ({ status }) => status === 'streaming');
  // It has read the storage before the other tab asked, and has not heard its notices yet.
  const second = openTab('busy', {
    ...storage,
    getItem: async (key) => (isLate ? await storage.getItem(key) : null),
  });
  await until(second.chat, isReady);
  const sent = second.chat.send({ text: 'Me too' });
  isLate = true;
  expect(await sent).toBe(false);
  await until(second.chat, ({ status }) => status === 'streaming');
  server.open();
  await Promise.all([until(second.chat, hasMessages(2)), until(first.chat, hasMessages(2))]);
  expect(server.calls.length).toBe(callsBefore + 1);
  first.close();
  second.close();
});
