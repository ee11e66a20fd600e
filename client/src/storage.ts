/**
 * Where a running conversation is kept so that a reload finds it: `localStorage` fits as it is; an asynchronous one (IndexedDB,
 * a server) too.
 */
export interface StorageAdapter {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}
