import { cancel, generate, listModels, submitToolResults } from 'recipe:graphql-sse';
import { runEventPage } from './run-event-page.ts';

runEventPage({
  models: listModels,
  generate,
  // The same key with the same input is the same generation.
  resume: ({ input, key }) => generate(input, key),
  cancel,
  submit: submitToolResults,
});
