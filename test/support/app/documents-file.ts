import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The object that clients write at build time: texts by their SHA-256. */
export const byHash = (...texts: readonly string[]): Record<string, string> =>
  Object.fromEntries(texts.map((text) => [sha256(text), text]));

export interface DocumentsFile extends AsyncDisposable {
  readonly path: string;
  write(content: unknown): Promise<void>;
}

/** A file of trusted documents in a folder of its own, with whatever is given as its content. */
export const createDocumentsFile = async (content: unknown): Promise<DocumentsFile> => {
  const folder = temporaryFolder();
  const path = join(folder.path, 'documents.json');
  const write = (next: unknown): Promise<void> =>
    writeFile(path, typeof next === 'string' ? next : JSON.stringify(next));
  await write(content);
  return { path, write, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
};
