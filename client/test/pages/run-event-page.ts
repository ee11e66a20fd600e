import type * as Recipe from 'recipe:graphql-ws';
import { type PageState, runPage, toInput, weatherOf } from './page-program.ts';

export interface EventOfPage {
  readonly __typename: string;
  readonly generationId: string;
  readonly cursor: string;
  readonly text?: string;
  readonly toolCalls?: readonly { readonly callId: string; readonly arguments: unknown }[];
  readonly generation?: { readonly text: string };
  readonly error?: { readonly code: string; readonly message: string };
}

export interface Saved {
  readonly input: object;
  readonly key: string;
  readonly id?: string | undefined;
  readonly cursor?: string | undefined;
  readonly text: string;
}

export interface EventClient {
  readonly models: () => Promise<string[]>;
  readonly generate: (input: object, key: string) => AsyncIterable<unknown>;
  readonly resume: (saved: Saved) => AsyncIterable<unknown>;
  readonly cancel: (id: string) => Promise<unknown>;
  readonly submit: (id: string, results: readonly object[]) => Promise<unknown>;
}

interface CodedError {
  readonly code?: string;
  readonly message?: string;
  readonly extensions?: { readonly code?: string };
  readonly errors?: readonly CodedError[];
  readonly graphQLErrors?: readonly CodedError[];
  readonly source?: { readonly errors?: readonly CodedError[] };
  readonly cause?: CodedError;
}

/** The code and the message of what a client throws, in whichever of their shapes. */
export const toCodedError = (error: unknown): { code: string; message: string } => {
  const thrown = error as CodedError;
  const [first] = (Array.isArray(error) ? (error as CodedError[]) : undefined) ??
    thrown.errors ??
    thrown.graphQLErrors ??
    thrown.source?.errors ?? [thrown];
  return {
    code: first?.extensions?.code ?? first?.code ?? 'NO_CODE',
    message: first?.message ?? String(error),
  };
};

const KEY = 'generation';
const save = (saved: Saved): void => sessionStorage.setItem(KEY, JSON.stringify(saved));

/** Takes an event in; gives what is to be answered. */
const take = (state: PageState, event: EventOfPage): void => {
  state.generationId = event.generationId;
  if (event.__typename === 'GenerationStarted') state.text = '';
  if (event.__typename === 'GenerationSnapshot') state.text = event.generation?.text ?? '';
  if (event.__typename === 'TextDelta') state.text += event.text ?? '';
  if (event.__typename === 'GenerationCompleted') state.status = 'completed';
  if (event.__typename === 'GenerationCancelled') state.status = 'cancelled';
  if (event.__typename === 'GenerationFailed') {
    state.status = 'failed';
    state.error = event.error;
  }
};

const follow = async (
  client: EventClient,
  state: PageState,
  first: Saved,
  events: AsyncIterable<unknown>,
): Promise<void> => {
  state.status = 'running';
  state.text = first.text;
  try {
    for await (const received of events) {
      const event = received as EventOfPage;
      take(state, event);
      save({ ...first, id: event.generationId, cursor: event.cursor, text: state.text });
      if (event.__typename !== 'ActionRequired') continue;
      const results = (event.toolCalls ?? []).map(({ callId, arguments: args }) => ({
        callId,
        output: weatherOf(args),
      }));
      state.toolCalls += results.length;
      await client.submit(event.generationId, results);
    }
  } catch (error) {
    state.status = state.generationId === undefined ? 'refused' : 'failed';
    state.error = toCodedError(error);
  }
};

/** A page that folds the events of a client that gives them as they are. */
export const runEventPage = (client: EventClient): void =>
  runPage((state) => ({
    models: client.models,
    start: (prompt, options) => {
      const input = toInput(prompt, options);
      const saved = { input, key: crypto.randomUUID(), text: '' };
      save(saved);
      void follow(client, state, saved, client.generate(input, saved.key));
    },
    resume: () => {
      const saved = JSON.parse(sessionStorage.getItem(KEY) ?? '') as Saved;
      state.generationId = saved.id;
      void follow(client, state, saved, client.resume(saved));
    },
    stop: async () => {
      await client.cancel(state.generationId ?? '');
    },
  }));

/** A page of a program of docs/clients.md that resumes by itself, and after a reload by its key. */
export const runRecipePage = ({ listModels, generate, cancel, submitToolResults }: typeof Recipe): void =>
  runEventPage({
    models: listModels,
    generate,
    // The same key with the same input is the same generation.
    resume: ({ input, key }) => generate(input, key),
    cancel,
    submit: submitToolResults,
  });
