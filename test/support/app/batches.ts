import { collectOverSse, type GraphqlResponse, type TestApp } from './app.ts';

type Server = Pick<TestApp, 'url'>;

export const BATCH_FIELDS = `
  id displayName status mode metadata
  model { name } provider { name }
  counts { total pending succeeded failed cancelled expired }
`;

export const SUBMIT_BATCH = `mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { ${BATCH_FIELDS} } }`;

export const BATCH_UPDATED = `subscription ($id: ID!) { batchUpdated(id: $id) { ${BATCH_FIELDS} } }`;

/** Hands in a file of requests as a browser would. */
export const submitFile = async (
  { url }: Server,
  content: BlobPart,
  {
    input = {},
    headers = {},
    signal,
  }: {
    readonly input?: Readonly<Record<string, unknown>>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  } = {},
): Promise<{ readonly status: number; readonly answer: GraphqlResponse }> => {
  const form = new FormData();
  const variables = { input: { ...input, file: null } };
  form.append('operations', JSON.stringify({ query: SUBMIT_BATCH, variables }));
  form.append('map', JSON.stringify({ 0: ['variables.input.file'] }));
  form.append('0', new File([content], 'requests.jsonl'));
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'graphql-require-preflight': '1', ...headers },
    body: form,
    ...(signal && { signal }),
  });
  return { status: response.status, answer: (await response.json()) as GraphqlResponse };
};

/** How the batch stands once it has ended. */
// oxlint-disable-next-line typescript/no-explicit-any
export const endOfBatch = async (server: Server, id: string): Promise<any> =>
  (await collectOverSse(server, BATCH_UPDATED, { id })).at(-1)?.data?.batchUpdated;
