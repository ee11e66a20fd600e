import { generate, listModels, read, resume, stop, tools } from 'recipe:modelgraph-client';
import { type PageState, runPage, toInput } from './page-program.ts';
import { toCodedError } from './run-event-page.ts';

type Handle = ReturnType<typeof generate>;

const show = async (state: PageState, handle: Handle): Promise<void> => {
  state.status = 'running';
  try {
    await read(handle, (text) => {
      state.text = text;
      state.generationId = handle.id;
    });
    state.status = 'completed';
  } catch (error) {
    state.error = toCodedError(error);
    state.status = handle.id === undefined ? 'refused' : 'failed';
    if (handle.status === 'cancelled') state.status = 'cancelled';
  }
  state.generationId = handle.id;
};

runPage((state) => {
  let handle: Handle | undefined;
  const weather = tools['get_weather'];
  tools['get_weather'] = (args) => {
    state.toolCalls += 1;
    return weather?.(args) ?? { degrees: 0, asked: args };
  };
  return {
    models: listModels,
    start: (prompt, options) => {
      handle = generate(toInput(prompt, options));
      void show(state, handle);
    },
    resume: () => {
      handle = resume();
      void show(state, handle);
    },
    stop: async () => {
      if (handle !== undefined) await stop(handle);
    },
  };
});
