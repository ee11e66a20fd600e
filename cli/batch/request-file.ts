import { isUtf8 } from 'node:buffer';
import { createReadStream, createWriteStream, openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isRecord } from '../../src/lib/is-record.ts';
import { parseJson } from '../../src/lib/parse-json.ts';
import { readLines } from '../../src/lib/read-lines.ts';
import { openTemporaryFolder } from '../../src/lib/temporary-folder.ts';
import { fileFailure, isFileFailure } from './file-failure.ts';

const MAX_LINE_BYTES = 32 * 1024 * 1024;

/** A line in the form of the API: the short form is expanded, and a line without a model gets the given one. */
export const toRequestLine = (text: string, model: string | null): string => {
  const line = parseJson(text);
  // The server reports what is wrong with the line, as to every client.
  if (!isRecord(line)) return text;
  const { customId, input, ...rest } = line;
  if (input !== undefined && !isRecord(input)) return text;
  const whole = { ...(model !== null && { model }), ...(input ?? rest) };
  return JSON.stringify(
    input === undefined ? { customId, input: whole } : { customId, ...rest, input: whole },
  );
};

/** Whether a line is a request without a model, which the server would refuse without mentioning `--model`. */
const lacksModel = (line: string): boolean => {
  const request = parseJson(line);
  return isRecord(request) && isRecord(request['input']) && request['input']['model'] === undefined;
};

async function* requestLines(path: string, model: string | null): AsyncGenerator<string, void, undefined> {
  try {
    for await (const { index, bytes } of readLines(createReadStream(path), MAX_LINE_BYTES)) {
      if (bytes === null) throw new Error(`Line ${index + 1} is longer than ${MAX_LINE_BYTES} bytes.`);
      if (!isUtf8(bytes)) throw new Error(`Line ${index + 1} is not UTF-8.`);
      const line = toRequestLine(bytes.toString('utf8').replace(/^\uFEFF/, ''), model);
      if (model === null && lacksModel(line))
        throw new Error(`Line ${index + 1} has no model. --model sets the model of all lines without one.`);
      yield `${line}\n`;
    }
  } catch (error) {
    throw isFileFailure(error) ? fileFailure(path, 'read', error) : error;
  }
}

/** The file to submit. It has the same lines as the given one, so that positions agree. Disposing of it deletes it. */
export const openRequestFile = async (
  path: string,
  model: string | null,
): Promise<AsyncDisposable & { readonly file: Blob }> => {
  const folder = openTemporaryFolder();
  try {
    const copy = join(folder.path, 'requests.jsonl');
    await pipeline(requestLines(path, model), createWriteStream(copy, { mode: 0o600 }));
    return { file: await openAsBlob(copy), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
};
