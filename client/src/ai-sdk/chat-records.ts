import { createKeptValue, type KeptValue } from '../kept-value.ts';
import type { GenerateInput } from '../schema-types.ts';
import type { StorageAdapter } from '../storage.ts';
import type { Shown } from './chunk-writer.ts';

/** The answer that a chat is being given, as it is kept over a reload. */
export interface ChatRecord {
  readonly messageId: string;
  readonly idempotencyKey: string;
  /** What was asked, for as long as the server has not named the generation. */
  readonly input?: GenerateInput | undefined;
  /** When it was asked, in milliseconds since 1970. */
  readonly askedAt?: number | undefined;
  /** The generations of the message, oldest first; the last one is the one that runs. */
  readonly generationIds: readonly string[];
  /** While the last generation waits for the results of its tool calls. */
  readonly waiting?: WaitingCalls | undefined;
}

export interface WaitingCalls {
  readonly callIds: readonly string[];
  readonly cursor: string | undefined;
  readonly shown: Shown;
}

/** A larger request is not kept: browsers give a page some 5 MB in all. */
const MAX_INPUT_LENGTH = 100_000;

const createMemory = (): StorageAdapter => {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
};

/** `localStorage` where there is one: a page may be forbidden to use it, and then reading the property throws. */
const findLocalStorage = (): StorageAdapter | undefined => {
  try {
    return (globalThis as { readonly localStorage?: StorageAdapter }).localStorage;
  } catch {
    return undefined;
  }
};

export interface ChatRecords {
  find(chatId: string): Promise<ChatRecord | undefined>;
  save(chatId: string, record: ChatRecord): Promise<void>;
  remove(chatId: string): Promise<void>;
}

const isChatRecord = (value: unknown): value is ChatRecord =>
  typeof value === 'object' &&
  value !== null &&
  'messageId' in value &&
  typeof value.messageId === 'string' &&
  'idempotencyKey' in value &&
  typeof value.idempotencyKey === 'string' &&
  'generationIds' in value &&
  Array.isArray(value.generationIds);

/** Storage that is full or forbidden fails no answer: a reload does not find it then. */
export const createChatRecords = (
  storage: StorageAdapter = findLocalStorage() ?? createMemory(),
): ChatRecords => {
  const chats = new Map<string, KeptValue<ChatRecord>>();
  const keptOf = (chatId: string): KeptValue<ChatRecord> => {
    const kept = chats.get(chatId) ?? createKeptValue(storage, `modelgraph-ai-sdk:${chatId}`, isChatRecord);
    chats.set(chatId, kept);
    return kept;
  };
  return {
    find: async (chatId) => keptOf(chatId).read(),
    async save(chatId, record) {
      const { input, ...small } = record;
      const fits = JSON.stringify(input ?? null).length <= MAX_INPUT_LENGTH;
      await keptOf(chatId).write(...(fits ? [record] : []), small);
    },
    remove: (chatId) => keptOf(chatId).remove(),
  };
};
