import { generate } from 'recipe:eventsource';
import { readEvents } from './read-events.ts';
import { runEventPage } from './run-event-page.ts';

/** What an EventSource cannot do. */
const post = async (query: string, variables: object = {}): Promise<unknown> => {
  const response = await fetch(globalThis.serverUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return ((await response.json()) as { readonly data: unknown }).data;
};

runEventPage({
  models: async () => {
    const data = await post('{ models { nodes { name } } }');
    return (data as { models: { nodes: { name: string }[] } }).models.nodes.map(({ name }) => name);
  },
  generate: (input, key) => readEvents((reader) => generate(input, key, reader)),
  resume: ({ input, key }) => readEvents((reader) => generate(input, key, reader)),
  cancel: (id) => post('mutation ($id: ID!) { cancelGeneration(id: $id) { id } }', { id }),
  submit: (id, results) =>
    post(
      'mutation ($id: ID!, $results: [ToolResultInput!]!) { submitToolResults(generationId: $id, results: $results) { id } }',
      { id, results },
    ),
});
