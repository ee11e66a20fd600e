import { useEffect, useInsertionEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { Modelgraph } from '../modelgraph.ts';
import type { StorageAdapter } from '../storage.ts';
import { Chat, type ChatOptions, type ChatState, INITIAL_STATE } from './chat/chat.ts';
import { useModelgraph } from './modelgraph-provider.ts';

export interface UseChatOptions extends ChatOptions {
  /** Names the conversation in the storage, and joins the tabs that share it. Default: `default`. */
  readonly id?: string;
  /** Where the conversation is kept: `localStorage`, or any with the same three methods, also asynchronous ones. Default: nowhere. */
  readonly storage?: StorageAdapter;
}

export type ChatView = ChatState &
  Pick<
    Chat,
    | 'send'
    | 'stop'
    | 'regenerate'
    | 'edit'
    | 'retry'
    | 'resume'
    | 'clear'
    | 'setDraft'
    | 'addToolResult'
    | 'branchesOf'
    | 'selectBranch'
  >;

const toMethods = (chat: Chat): Omit<ChatView, keyof ChatState> => ({
  send: (draft) => chat.send(draft),
  stop: () => chat.stop(),
  regenerate: (messageId) => chat.regenerate(messageId),
  edit: (messageId, text) => chat.edit(messageId, text),
  retry: () => chat.retry(),
  resume: () => chat.resume(),
  clear: () => chat.clear(),
  setDraft: (draft) => chat.setDraft(draft),
  addToolResult: (callId, output, isError) => chat.addToolResult(callId, output, isError),
  branchesOf: (messageId) => chat.branchesOf(messageId),
  selectBranch: (messageId) => chat.selectBranch(messageId),
});

interface Held {
  readonly client: Modelgraph;
  readonly id: string;
  readonly storage: StorageAdapter | undefined;
  readonly chat: Chat;
}

const hold = (client: Modelgraph, id: string, storage: StorageAdapter | undefined): Held => ({
  client,
  id,
  storage,
  chat: new Chat(client, id, storage),
});

/** The chat of this client, id and storage; another one as soon as one of them is another. */
const useHeldChat = (id: string, storage: StorageAdapter | undefined): Chat => {
  const client = useModelgraph();
  const [held, setHeld] = useState(() => hold(client, id, storage));
  if (held.client === client && held.id === id && held.storage === storage) return held.chat;
  const next = hold(client, id, storage);
  setHeld(next);
  return next.chat;
};

/**
 * A conversation. Mounting it starts no generation: it reads the storage and joins the answer that was being written when
 * the page was left. Unmounting leaves an answer, which goes on; `stop` alone ends it. `edit`, `regenerate` keep what they
 * replace as a branch: see `branchesOf` and `selectBranch`.
 */
export const useChat = ({ id = 'default', storage, ...options }: UseChatOptions): ChatView => {
  const chat = useHeldChat(id, storage);
  const { model, settings, tools, throttleMs } = options;
  useInsertionEffect(() => chat.configure({ model, settings, tools, throttleMs }));
  useEffect(() => chat.attach(), [chat]);
  const state = useSyncExternalStore(chat.subscribe, chat.getState, () => INITIAL_STATE);
  // The same functions at every render, so that what is memoised by them stays.
  const methods = useMemo(() => toMethods(chat), [chat]);
  return useMemo(() => ({ ...state, ...methods }), [state, methods]);
};
