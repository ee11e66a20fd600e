import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The texts of the list that the bytes of any file of a directory hold, as UTF-8 or in the escapes of JSON. */
export const findInFiles = async (
  directory: string,
  texts: readonly string[],
): Promise<readonly string[]> => {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    names.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name))),
  );
  return texts.filter((text) => files.some((bytes) => bytes.includes(text)));
};

/** Resolves once no file of a directory holds any of the texts. Waits for as long as the runner allows. */
export const goneFromFiles = async (directory: string, texts: readonly string[]): Promise<void> => {
  while ((await findInFiles(directory, texts)).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 50));
};
