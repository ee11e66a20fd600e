import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseDocuments } from './parse-documents.ts';

/** Of one file. */
const MAX_BYTES = 32 * 1024 * 1024;

export interface ReadDocuments {
  /** The texts of all files by id. */
  readonly documents: ReadonlyMap<string, string>;
  /** Each with its file and its id; none: the files can be served. */
  readonly problems: readonly string[];
}

const readOne = async (file: string): Promise<ReadDocuments> => {
  const refuse = (problem: string): ReadDocuments => ({ documents: new Map(), problems: [problem] });
  try {
    const path = resolve(file);
    const found = await stat(path);
    // A pipe may never end, and a device never does.
    if (!found.isFile()) return refuse('is no file');
    if (found.size > MAX_BYTES) return refuse(`is larger than ${MAX_BYTES} bytes`);
    // The decoder leaves out a byte order mark, with which some editors begin a file.
    const value: unknown = JSON.parse(new TextDecoder().decode(await readFile(path)));
    return parseDocuments(value);
  } catch (error) {
    return refuse(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** Reads the documents of all files, with every problem. Paths start from the working directory. Never rejects. */
export const readDocuments = async (files: readonly string[]): Promise<ReadDocuments> => {
  const documents = new Map<string, string>();
  const problems: string[] = [];
  const read = await Promise.all(files.map(readOne));
  for (const [at, file] of files.entries()) {
    for (const problem of read[at]?.problems ?? []) problems.push(`${file}: ${problem}`);
    for (const [id, text] of read[at]?.documents ?? []) {
      const known = documents.get(id);
      if (known !== undefined && known !== text)
        problems.push(`${file}: ${id}: another file has another text for this id`);
      documents.set(id, text);
    }
  }
  if (documents.size === 0 && problems.length === 0) problems.push(`${files.join(', ')}: no document in it`);
  return { documents, problems };
};
