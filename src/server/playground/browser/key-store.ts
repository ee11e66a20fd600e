const KEY = 'modelgraph:key';

/** The server's key, kept until the browser's tab is closed. */
export interface KeyStore {
  /** The value of an `authorization` header; undefined before a key is given. */
  readonly findAuthorization: () => string | undefined;
  readonly setKey: (key: string) => void;
}

export const createKeyStore = (storage: Pick<Storage, 'getItem' | 'setItem'>): KeyStore => ({
  findAuthorization: () => {
    const key = storage.getItem(KEY);
    return key === null ? undefined : `Bearer ${key}`;
  },
  setKey: (key) => storage.setItem(KEY, key),
});
