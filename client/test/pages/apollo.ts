import { cancel, generate, listModels, resume, submitToolResults } from 'recipe:apollo-client';
import { readEvents } from './read-events.ts';
import { runEventPage } from './run-event-page.ts';

type Subscription = ReturnType<typeof generate>;

const read = (subscription: Subscription): AsyncIterable<unknown> =>
  readEvents((reader) =>
    subscription.subscribe({
      ...reader,
      next: ({ data, error }) => {
        if (error !== undefined) reader.error(error);
        else reader.next(data?.event);
      },
    }),
  );

runEventPage({
  models: listModels,
  generate: (input) => read(generate(input)),
  resume: ({ id, cursor }) => read(resume(id ?? '', cursor ?? null)),
  cancel,
  submit: submitToolResults,
});
