/** A file of a batch. */
export interface BatchFile {
  readonly name: string;
  readonly bytes: Buffer;
}

const QUERY = 'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }';

const REQUEST = { model: 'demo', prompt: 'Hello' };

const repeat = (bytes: number, line: string): Buffer =>
  Buffer.from(line.repeat(Math.floor(bytes / line.length)));

const toLine = (input: object): string => `${JSON.stringify({ customId: 'one', input })}\n`;

const unknownKeys = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 0]));

/** Files of about so many bytes, each with something in it that is refused. */
export const batchFiles = (bytes: number): readonly BatchFile[] => [
  {
    name: 'requests of 200 bytes with the same id',
    bytes: repeat(bytes, toLine({ ...REQUEST, system: 'x'.repeat(120) })),
  },
  { name: 'lines with unknown keys', bytes: repeat(bytes, toLine({ ...REQUEST, ...unknownKeys(1_000) })) },
  {
    name: 'one line with unknown keys',
    bytes: Buffer.from(toLine({ ...REQUEST, ...unknownKeys(bytes / 12) })),
  },
  {
    name: 'one line that is one text',
    bytes: Buffer.from(toLine({ ...REQUEST, prompt: 'x'.repeat(bytes - 1_000) })),
  },
  { name: 'blank lines', bytes: repeat(bytes, '\n') },
  { name: 'lines that are no JSON', bytes: repeat(bytes, 'nonsense\n') },
  { name: 'lists in lists', bytes: Buffer.from('['.repeat(bytes)) },
];

/** Submits the file, and gives the code of the refusal. */
export const submitBatchFile = async (
  url: string,
  { bytes }: BatchFile,
  signal: AbortSignal,
): Promise<string> => {
  const form = new FormData();
  form.set('operations', JSON.stringify({ query: QUERY, variables: { input: { file: null } } }));
  form.set('map', JSON.stringify({ 0: ['variables.input.file'] }));
  form.set('0', new Blob([new Uint8Array(bytes)]), 'requests.jsonl');
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'graphql-require-preflight': '1' },
    body: form,
    signal,
  });
  const text = await response.text();
  return /"code":"(\w+)"/.exec(text)?.[1] ?? 'answered';
};
