import type { StorageAdapter } from '../../storage.ts';
import { createKeptValue, type KeptValue } from '../../kept-value.ts';
import type { ChatMessage } from './chat-message.ts';
import { type ChatRunRecord, isChatRunRecord } from './chat-run.ts';
import { type ChatTree, isChatTree } from './chat-tree.ts';

const withoutFileBytes = (message: ChatMessage): ChatMessage => ({
  ...message,
  parts: message.parts.map((part) => (part.type === 'file' ? { ...part, dataUrl: null } : part)),
});

/** What is kept of a chat: its messages, and the answer that is being written. Without a storage nothing is. */
export class ChatRecords {
  readonly #tree: KeptValue<ChatTree> | undefined;
  readonly #run: KeptValue<ChatRunRecord> | undefined;
  /** False while the messages are only in memory, because the storage is full or there is none. */
  isComplete = false;

  constructor(storage: StorageAdapter | undefined, id: string) {
    if (storage === undefined) return;
    this.#tree = createKeptValue(storage, `modelgraph-chat:${id}`, isChatTree);
    this.#run = createKeptValue(storage, `modelgraph-chat:${id}:run`, isChatRunRecord);
    this.isComplete = true;
  }

  readTree(): ChatTree | undefined | Promise<ChatTree | undefined> {
    return this.#tree?.read();
  }

  readRun(): ChatRunRecord | undefined | Promise<ChatRunRecord | undefined> {
    return this.#run?.read();
  }

  /** Without the bytes of attachments where all of it does not fit. False: something is not kept. */
  async writeTree(tree: ChatTree): Promise<boolean> {
    if (this.#tree === undefined) return true;
    this.isComplete = await this.#tree.write(tree);
    if (!this.isComplete) await this.#tree.write({ ...tree, messages: tree.messages.map(withoutFileBytes) });
    return this.isComplete;
  }

  /** Without what has come of it where that does not fit: it is then asked for again from its first event. */
  async writeRun(run: ChatRunRecord): Promise<void> {
    await this.#run?.write(run, { ...run, cursor: undefined, snapshot: undefined });
  }

  async removeRun(): Promise<void> {
    await this.#run?.remove();
  }

  async remove(): Promise<void> {
    await Promise.all([this.#tree?.remove(), this.#run?.remove()]);
  }
}
