import { useCallback, useEffect, useState } from 'react';
import { useStoredState } from './use-stored-state.ts';

export interface Conversation {
  readonly id: string;
  readonly title: string;
  /** In milliseconds since 1970. */
  readonly changedAt: number;
}

const TITLE_CHARACTERS = 60;

const isConversation = (value: unknown): value is Conversation =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  typeof value.id === 'string' &&
  'title' in value &&
  typeof value.title === 'string';

const isList = (value: unknown): value is readonly Conversation[] =>
  Array.isArray(value) && value.every(isConversation);

const createId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const idOfAddress = (): string => location.hash.slice(1);

/** The conversation that the address names, so that a reload and a second tab show the same one. */
export const useConversationId = (): [string, (id?: string) => void] => {
  const [id, setId] = useState(() => idOfAddress() || createId());
  useEffect(() => {
    if (idOfAddress() !== id) history.replaceState(null, '', `#${id}`);
    const onHashChange = (): void => setId(idOfAddress() || createId());
    addEventListener('hashchange', onHashChange);
    return () => removeEventListener('hashchange', onHashChange);
  }, [id]);
  const open = useCallback((next: string = createId()) => {
    history.pushState(null, '', `#${next}`);
    setId(next);
  }, []);
  return [id, open];
};

export interface Conversations {
  readonly list: readonly Conversation[];
  readonly touch: (id: string, text: string) => void;
  readonly remove: (id: string) => void;
}

/** All conversations of this browser, the newest first. A conversation is called after its first message. */
export const useConversations = (): Conversations => {
  const [list, change] = useStoredState('chat:conversations', [], isList);
  const touch = useCallback(
    (id: string, text: string) =>
      change((before) => {
        const known = before.find((conversation) => conversation.id === id);
        const title = known?.title ?? (text.trim().slice(0, TITLE_CHARACTERS) || 'An attachment');
        return [{ id, title, changedAt: Date.now() }, ...before.filter((other) => other.id !== id)];
      }),
    [change],
  );
  const remove = useCallback(
    (id: string) => change((before) => before.filter((other) => other.id !== id)),
    [change],
  );
  return { list, touch, remove };
};
