import { collectOverSse, type GraphqlResponse, request, type TestApp } from './app.ts';

type Server = Pick<TestApp, 'url'>;

// Tests read what they asked for; a wrong path is a failed assertion.
// oxlint-disable-next-line typescript/no-explicit-any
type Answer = any;

const BATCH = `id status mode displayName metadata providerBatchIds submittedAt completedAt expiresAt
  counts { total pending succeeded failed cancelled expired }
  usage { inputTokens outputTokens } cost { total } error { code message }`;

const ITEM = `id index customId status text output finishReason rawFinishReason usage { outputTokens } cost { total }
  toolCalls { name } citations { url } warnings { code path } error { code message }`;

/** Requests named after their prompts. */
export const requestsOf = (
  customIds: readonly string[],
  input: Readonly<Record<string, unknown>> = {},
): readonly Readonly<Record<string, unknown>>[] =>
  customIds.map((customId) => ({ customId, input: { model: 'toy', prompt: customId, ...input } }));

export const submitBatch = (
  server: Server,
  requests: readonly Readonly<Record<string, unknown>>[],
  input: Readonly<Record<string, unknown>> = {},
): Promise<GraphqlResponse> =>
  request(server, `mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { ${BATCH} } }`, {
    input: { requests, ...input },
  });

/** The id of a batch that has been taken. */
export const submitted = async (...submission: Parameters<typeof submitBatch>): Promise<string> => {
  const { data, errors } = await submitBatch(...submission);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data.submitBatch.id as string;
};

export const readBatch = async (server: Server, id: string): Promise<Answer> =>
  (await request(server, `query ($id: ID!) { batch(id: $id) { ${BATCH} } }`, { id })).data.batch;

export const cancelBatch = async (server: Server, id: string): Promise<Answer> =>
  (await request(server, `mutation ($id: ID!) { cancelBatch(id: $id) { ${BATCH} } }`, { id })).data
    .cancelBatch;

/** Every item, page by page. */
export const readItems = async (server: Server, id: string): Promise<readonly Answer[]> => {
  const items: Answer[] = [];
  for (let after: string | null = null; ; ) {
    const { data } = await request(
      server,
      `query ($id: ID!, $after: String) { batch(id: $id) { items(first: 100, after: $after) {
        nodes { ${ITEM} } pageInfo { hasNextPage endCursor } } } }`,
      { id, after },
    );
    items.push(...data.batch.items.nodes);
    if (!data.batch.items.pageInfo.hasNextPage) return items;
    after = data.batch.items.pageInfo.endCursor as string;
  }
};

const FOLLOW = `subscription ($id: ID!) { batchUpdated(id: $id) { ${BATCH} } }`;

/** Every state a follower is given until the end, or until one that is waited for. */
export const followBatch = async (
  server: Server,
  id: string,
  until: (batch: Answer) => boolean = () => false,
): Promise<readonly Answer[]> => {
  const results = await collectOverSse(
    server,
    FOLLOW,
    { id },
    { until: ({ data }) => until(data.batchUpdated) },
  );
  return results.map(({ data }) => data.batchUpdated);
};

/** The batch once nothing of it changes any more. */
export const endedBatch = async (server: Server, id: string): Promise<Answer> =>
  (await followBatch(server, id)).at(-1);
