import type { StorageAdapter } from 'modelgraph-client';

const toPromise = <Result>(request: IDBRequest<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () =>
      reject(request.error ?? new Error('The storage of this browser failed.')),
    );
  });

/** Texts by key in IndexedDB, which has room for attachments where localStorage ends at 5 MB. */
export const createIndexedDbStorage = (name: string): StorageAdapter => {
  let opened: Promise<IDBDatabase> | undefined;
  const open = (): Promise<IDBDatabase> => {
    const request = indexedDB.open(name, 1);
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore('texts'));
    return toPromise(request);
  };
  const use = async <Result>(
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<Result>,
  ): Promise<Result> => {
    const database = await (opened ??= open());
    return await toPromise(work(database.transaction('texts', mode).objectStore('texts')));
  };
  return {
    getItem: async (key) => (await use<string | undefined>('readonly', (store) => store.get(key))) ?? null,
    setItem: async (key, value) => void (await use('readwrite', (store) => store.put(value, key))),
    removeItem: (key) => use('readwrite', (store) => store.delete(key)),
  };
};
