import { cancel, generate, listModels, resume, submitToolResults } from 'recipe:urql';
import { readEvents } from './read-events.ts';
import { runEventPage } from './run-event-page.ts';

const read = (subscription: ReturnType<typeof generate>): AsyncIterable<unknown> =>
  readEvents((reader) =>
    subscription.subscribe(({ data, error }) => {
      if (error !== undefined) reader.error(error);
      else reader.next(data?.event);
    }),
  );

runEventPage({
  models: listModels,
  generate: (input) => read(generate(input)),
  resume: ({ id, cursor }) => read(resume(id ?? '', cursor ?? null)),
  cancel,
  submit: submitToolResults,
});
