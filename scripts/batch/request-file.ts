import { isUtf8 } from 'node:buffer';
import { createReadStream, createWriteStream, openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isRecord } from '../../src/lib/is-record.ts';
import { parseJson } from '../../src/lib/parse-json.ts';
import { readLines } from '../../src/lib/read-lines.ts';

const MAX_LINE_BYTES = 32 * 1024 * 1024;

/** A line as the API takes it: the short form spelt out, and the model put in where it names none. */
export const toRequestLine = (text: string, model: string | null): string => {
  const line = parseJson(text);
  // What is wrong with it is told by the server, as for every client.
  if (!isRecord(line)) return text;
  const { customId, input, ...rest } = line;
  if (input !== undefined && !isRecord(input)) return text;
  const whole = { ...(model !== null && { model }), ...(input ?? rest) };
  return JSON.stringify(
    input === undefined ? { customId, input: whole } : { customId, ...rest, input: whole },
  );
};

async function* requestLines(path: string, model: string | null): AsyncGenerator<string, void, undefined> {
  for await (const { index, bytes } of readLines(createReadStream(path), MAX_LINE_BYTES)) {
    if (bytes === null) throw new Error(`Line ${index + 1} is longer than ${MAX_LINE_BYTES} bytes.`);
    if (!isUtf8(bytes)) throw new Error(`Line ${index + 1} is not UTF-8.`);
    yield `${toRequestLine(bytes.toString('utf8').replace(/^\uFEFF/, ''), model)}\n`;
  }
}

/** The file to submit: line for line the one that is given, so that positions are the same. It goes when disposed of. */
export const openRequestFile = async (
  path: string,
  model: string | null,
): Promise<AsyncDisposable & { readonly file: Blob }> => {
  const folder = await mkdtemp(join(tmpdir(), 'modelgraph-requests-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, 'requests.jsonl');
    await pipeline(requestLines(path, model), createWriteStream(copy, { mode: 0o600 }));
    return { file: await openAsBlob(copy), [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
};
