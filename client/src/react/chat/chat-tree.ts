import type { ChatMessage, ChatPart } from './chat-message.ts';

/** All messages of a chat, those of other branches too, and the last one of the branch that is shown. */
export interface ChatTree {
  /** Oldest first. */
  readonly messages: readonly ChatMessage[];
  readonly headId: string | null;
}

export const EMPTY_TREE: ChatTree = { messages: [], headId: null };

/** The messages from the first one to that one. */
export const pathTo = ({ messages }: ChatTree, id: string | null): readonly ChatMessage[] => {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const path: ChatMessage[] = [];
  for (let at = id === null ? undefined : byId.get(id); at !== undefined; ) {
    path.unshift(at);
    byId.delete(at.id);
    at = at.parentId === null ? undefined : byId.get(at.parentId);
  }
  return path;
};

export const findMessage = ({ messages }: ChatTree, id: string): ChatMessage | undefined =>
  messages.find((message) => message.id === id);

/** The message and those that stand in its place in other branches, oldest first. */
export const branchesOf = (tree: ChatTree, id: string): readonly string[] => {
  const parentId = findMessage(tree, id)?.parentId;
  return tree.messages.filter((message) => message.parentId === parentId).map((message) => message.id);
};

/** The newest message of the branch that the given one is in. */
export const newestBelow = ({ messages }: ChatTree, id: string): string => {
  const below = new Set([id]);
  let newest = id;
  for (const message of messages)
    if (message.parentId !== null && below.has(message.parentId)) {
      below.add(message.id);
      newest = message.id;
    }
  return newest;
};

export const withMessage = ({ messages }: ChatTree, message: ChatMessage): ChatTree => ({
  messages: [...messages, message],
  headId: message.id,
});

export const withChange = (tree: ChatTree, id: string, change: Partial<ChatMessage>): ChatTree => ({
  ...tree,
  messages: tree.messages.map((message) => (message.id === id ? { ...message, ...change } : message)),
});

export const withoutMessage = ({ messages }: ChatTree, id: string): ChatTree => ({
  messages: messages.filter((message) => message.id !== id),
  headId: findMessage({ messages, headId: null }, id)?.parentId ?? null,
});

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** The fields of each type of part that are read as texts. */
const TEXTS: Readonly<Record<ChatPart['type'], readonly string[]>> = {
  text: ['text'],
  reasoning: ['text'],
  tool: ['callId', 'name', 'argumentsText'],
  file: ['filename', 'mediaType'],
  citation: [],
};

const isPart = (part: unknown): boolean =>
  isObject(part) &&
  Object.hasOwn(TEXTS, String(part['type'])) &&
  TEXTS[part['type'] as ChatPart['type']].every((name) => typeof part[name] === 'string') &&
  (part['type'] !== 'file' || part['dataUrl'] === null || typeof part['dataUrl'] === 'string');

const isMessage = (message: unknown): boolean =>
  isObject(message) &&
  typeof message['id'] === 'string' &&
  (message['role'] === 'user' || message['role'] === 'assistant') &&
  Array.isArray(message['parts']) &&
  message['parts'].every(isPart) &&
  isObject(message['metadata']);

export const isChatTree = (value: unknown): value is ChatTree =>
  isObject(value) && Array.isArray(value['messages']) && value['messages'].every(isMessage);
