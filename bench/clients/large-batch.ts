const PAGE_ITEMS = 100;

interface Answer<Data> {
  readonly data?: Data;
  readonly errors?: unknown;
}

const dataOf = async <Data>(response: Response): Promise<Data> => {
  const { data, errors } = (await response.json()) as Answer<Data>;
  if (data === undefined || errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
};

const toLine = (index: number): string =>
  `${JSON.stringify({
    customId: `item-${index}`,
    input: { model: 'gpt-4o-mini', prompt: `Number ${index}. ${'x'.repeat(500)}` },
  })}\n`;

/** Submits a batch as a file, and returns its id once it is stored. */
export const submitFile = async (url: string, items: number): Promise<string> => {
  const query = 'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }';
  const form = new FormData();
  form.set('operations', JSON.stringify({ query, variables: { input: { file: null } } }));
  form.set('map', JSON.stringify({ 0: ['variables.input.file'] }));
  form.set('0', new Blob(Array.from({ length: items }, (_, index) => toLine(index))), 'requests.jsonl');
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'graphql-require-preflight': '1' },
    body: form,
  });
  const { submitBatch } = await dataOf<{ readonly submitBatch: { readonly id: string } }>(response);
  return submitBatch.id;
};

interface Page {
  readonly batch: {
    readonly items: {
      readonly nodes: readonly unknown[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    };
  };
}

/** Reads all items of a batch, page by page. Returns the duration of each page, in milliseconds. */
export const readPages = async (url: string, id: string): Promise<readonly number[]> => {
  const query = `query ($id: ID!, $after: String) { batch(id: $id) { items(first: ${PAGE_ITEMS}, after: $after) {
    nodes { index customId status text usage { outputTokens } } pageInfo { hasNextPage endCursor } } } }`;
  const pagesMs: number[] = [];
  for (let after: string | null = null; ; ) {
    const began = performance.now();
    const response: Response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { id, after } }),
    });
    const { items }: Page['batch'] = (await dataOf<Page>(response)).batch;
    pagesMs.push(performance.now() - began);
    if (!items.pageInfo.hasNextPage) return pagesMs;
    after = items.pageInfo.endCursor;
  }
};
