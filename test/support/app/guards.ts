import type {
  GenerationGuard,
  GenerationRecord,
  GuardedPrincipal,
  GuardedRequest,
} from '../../../src/core/generation-guard.ts';
import type { Message } from '../../../src/core/message.ts';
import { collectOverSse, collectOverWebSocket, type GraphqlResponse, request, type TestApp } from './app.ts';
import { GENERATE_MUTATION, GENERATE_SUBSCRIPTION } from './events.ts';

const START = `mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }`;

/** Every way a single request comes in, each giving what its client gets. */
export const WAYS = {
  'the mutation generate': async (app: TestApp, input: object) => [
    await request(app, GENERATE_MUTATION, { input }),
  ],
  'the mutation startGeneration': async (app: TestApp, input: object) => [
    await request(app, START, { input }),
  ],
  'the subscription over WebSocket': (app: TestApp, input: object) =>
    collectOverWebSocket(app, GENERATE_SUBSCRIPTION, { input }),
  'the subscription over SSE': (app: TestApp, input: object) =>
    collectOverSse(app, GENERATE_SUBSCRIPTION, { input }),
} as const satisfies Record<string, (app: TestApp, input: object) => Promise<GraphqlResponse[]>>;

export type Way = keyof typeof WAYS;
export const WAY_NAMES = Object.keys(WAYS) as readonly Way[];

/** The errors of a refusal, which on a stream come as the one result, or as an error message of graphql-ws. */
export const refusalOf = async (
  way: Way,
  app: TestApp,
  input: object,
): Promise<GraphqlResponse['errors']> => {
  try {
    const results = await WAYS[way](app, input);
    return results[0]?.errors;
  } catch (error) {
    if (Array.isArray(error)) return error as GraphqlResponse['errors'];
    throw error;
  }
};

const wordsOf = (message: Message): string => JSON.stringify(message);

/** Refuses what has one of these words in it, wherever that is. */
export const createWordGuard = (...words: readonly string[]): GenerationGuard => ({
  beforeGeneration: ({ request: { system, messages } }) => {
    const text = [system ?? '', ...messages.map(wordsOf)].join(' ');
    const found = words.find((word) => text.includes(word));
    return found === undefined
      ? undefined
      : {
          code: 'CONTENT_FILTERED',
          message: `The word "${found}" is not taken here.`,
          suggestion: 'Say it in other words.',
        };
  },
});

export interface Witness {
  readonly guard: GenerationGuard;
  readonly asked: readonly { readonly request: GuardedRequest; readonly principal: GuardedPrincipal }[];
  readonly records: readonly GenerationRecord[];
  /** The record with that index, once it has come. */
  readonly record: (index: number) => Promise<GenerationRecord>;
}

/** A guard that lets everything pass and remembers all that it was told. */
export const createWitness = (): Witness => {
  const asked: { readonly request: GuardedRequest; readonly principal: GuardedPrincipal }[] = [];
  const records: GenerationRecord[] = [];
  const arrivals: PromiseWithResolvers<GenerationRecord>[] = [];
  const arrival = (index: number): PromiseWithResolvers<GenerationRecord> =>
    (arrivals[index] ??= Promise.withResolvers());
  return {
    guard: {
      beforeGeneration: (guarded, principal) => void asked.push({ request: guarded, principal }),
      afterGeneration: (record) => arrival(records.push(record) - 1).resolve(record),
    },
    asked,
    records,
    record: (index) => arrival(index).promise,
  };
};
