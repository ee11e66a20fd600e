import type { Server } from '../programs/servers.ts';

interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** One query or mutation over HTTP. Throws where the server answers with errors. */
export const requestData = async <T>(
  url: string,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<T> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as Answer<T>;
  if (errors !== undefined || data === undefined || data === null)
    throw new Error(errors?.map(({ message }) => message).join('; ') ?? 'an answer without data');
  return data;
};

/** The names of a root type's fields. */
export const fieldsOf = async (
  { url }: Pick<Server, 'url'>,
  type: 'Query' | 'Mutation' | 'Subscription',
): Promise<readonly string[]> => {
  const { __type } = await requestData<{
    readonly __type: { readonly fields: readonly { readonly name: string }[] };
  }>(url, 'query ($type: String!) { __type(name: $type) { fields { name } } }', { type });
  return __type.fields.map(({ name }) => name);
};
