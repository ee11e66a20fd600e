import type { StorageAdapter } from '../../storage.ts';

/**
 * What tabs with the same chat say to each other. The tab that answers holds a lock, which the browser gives to the next
 * one when that tab is closed: it alone runs tools and writes the answer into the storage.
 */
export interface ChatTabs {
  /** Resolves to the function that gives the lock back; undefined where another tab has it. */
  tryToLead(): Promise<(() => void) | undefined>;
  /** Resolves once no other tab has the lock. Rejects when the signal is aborted first. */
  waitToLead(signal: AbortSignal): Promise<() => void>;
  announce(notice: TabNotice): void;
  /** Begins to listen; returns the end of it. */
  listen(listener: (notice: TabNotice) => void): () => void;
}

/** `changed`: the storage has something new. `stop`: the answer shall end. */
export type TabNotice = 'changed' | 'stop';

type LockOptions_ = Pick<LockOptions, 'ifAvailable' | 'signal'>;

const requestLock = (name: string, options: LockOptions_): Promise<(() => void) | undefined> =>
  new Promise((resolve, reject) => {
    navigator.locks
      .request(name, options, (lock) => {
        if (lock === null) return resolve(undefined);
        return new Promise<void>((release) => resolve(() => release()));
      })
      .catch(reject);
  });

// Locks need https or localhost. Without them each tab answers for itself.
const hasLocks = (): boolean =>
  typeof navigator === 'object' && 'locks' in navigator && navigator.locks !== undefined;

const alone = (): void => undefined;

/** Whether other tabs see the same conversation: `sessionStorage` is one for each tab, and without a storage each has its own. */
export const isShared = (storage: StorageAdapter | undefined): boolean => {
  try {
    return storage !== undefined && storage !== (globalThis as { sessionStorage?: unknown }).sessionStorage;
  } catch {
    // A page may be forbidden to read the property, and cannot have given its value then.
    return true;
  }
};

const ALONE: ChatTabs = {
  tryToLead: () => Promise.resolve(alone),
  waitToLead: () => Promise.resolve(alone),
  announce: () => undefined,
  listen: () => () => undefined,
};

/** Unless `shared`, the conversation is the only one of its name: no tab and no other component takes part in it. */
export const createChatTabs = (name: string, shared: boolean): ChatTabs => {
  if (!shared) return ALONE;
  let channel: BroadcastChannel | undefined;
  return {
    tryToLead: async () => (hasLocks() ? await requestLock(name, { ifAvailable: true }) : alone),
    waitToLead: async (signal) => (hasLocks() ? ((await requestLock(name, { signal })) ?? alone) : alone),
    // A channel has no target: it reaches this origin alone.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    announce: (notice) => channel?.postMessage(notice),
    listen: (listener) => {
      if (typeof BroadcastChannel === 'undefined') return () => undefined;
      const opened = new BroadcastChannel(name);
      opened.addEventListener('message', ({ data }) => {
        if (data === 'changed' || data === 'stop') listener(data);
      });
      channel = opened;
      return () => {
        opened.close();
        if (channel === opened) channel = undefined;
      };
    },
  };
};
