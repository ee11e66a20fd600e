import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

const TIMEOUT_MS = 30_000;

/** models.dev has 2 MB. */
const MAX_BYTES = 64 * 1024 * 1024;

const fetchText = async (url: string): Promise<string> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url}: answered with ${response.status}`);
  const bytes = await response.arrayBuffer();
  if (bytes.byteLength > MAX_BYTES) throw new Error(`${url}: more than ${MAX_BYTES} bytes`);
  return new TextDecoder().decode(bytes);
};

/** The JSON files of a folder as one list, as pi-ai keeps its catalogue: a file for each provider. */
const readFolder = async (folder: string): Promise<string> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  if (names.length === 0) throw new Error(`${folder}: has no JSON files`);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return `[${texts.join(',')}]`;
};

/** The text behind a path, an address, or a folder of JSON files. Rejects where there is none. */
export const readDocument = async (place: string): Promise<string> => {
  if (/^https?:\/\//.test(place)) return fetchText(place);
  return (await stat(place)).isDirectory() ? readFolder(place) : readFile(place, 'utf8');
};
