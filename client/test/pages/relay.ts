import { cancel, generate, listModels, resume, submitToolResults } from 'recipe:relay';
import { readEvents } from './read-events.ts';
import { runEventPage } from './run-event-page.ts';

runEventPage({
  models: listModels,
  generate: (input) => readEvents((reader) => generate(input, reader)),
  resume: ({ id, cursor }) => readEvents((reader) => resume(id ?? '', cursor ?? null, reader)),
  cancel,
  submit: submitToolResults,
});
