import { expect } from 'vitest';
import type { ModelDefinition } from '../../../src/core/model-config.ts';
import type { TextRequest } from '../../../src/core/text-request.ts';
import {
  collectOverSse,
  type GraphqlResponse,
  request,
  startApp,
  type TestApp,
} from '../../support/app/app.ts';
import { createToy, type Toy, type ToyAnswer, toyOverrides } from '../../support/app/toy-provider.ts';

const PARTS = `
  fragment Step on ResolutionStep { from to reason }
  fragment Caution on Warning { code message path from to }
`;

const PREVIEW = `
  query ($input: GenerateInput!) {
    previewGeneration(input: $input) {
      accepted
      resolution { requested model { name } steps { ...Step } reasoning }
      problems { code message path allowed suggestion }
      warnings { ...Caution }
      estimatedInputTokens
      estimatedMaxCost { total input output }
    }
  }
  ${PARTS}
`;

const GENERATE = `
  mutation ($input: GenerateInput!) {
    generate(input: $input) { warnings { ...Caution } resolution { requested model { name } steps { ...Step } reasoning } }
  }
  ${PARTS}
`;

const STREAM = `
  subscription ($input: GenerateInput!) {
    generate(input: $input) {
      __typename
      ... on GenerationStarted { resolution { requested model { name } steps { ...Step } reasoning } }
      ... on WarningRaised { warning { ...Caution } }
    }
  }
  ${PARTS}
`;

export type Input = Readonly<Record<string, unknown>>;

export interface SeenProblem {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
  readonly allowed: readonly string[] | null;
  readonly suggestion: string | null;
}

export interface SeenWarning {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[] | null;
  readonly from: unknown;
  readonly to: unknown;
}

export interface ToyApp extends AsyncDisposable {
  readonly app: TestApp;
  readonly toy: Toy;
}

/** A server with toy models alone, whose calls are counted. */
export const startToys = async (
  definitions: Readonly<Record<string, Partial<ModelDefinition>>>,
  aliases: Readonly<Record<string, string>> = {},
  answer?: ToyAnswer,
): Promise<ToyApp> => {
  const toy = createToy(answer);
  const app = await startApp({}, { ...toyOverrides(toy, definitions), aliases });
  return { app, toy, [Symbol.asyncDispose]: () => app.close() };
};

export const previewOf = async (
  { app }: Pick<ToyApp, 'app'>,
  input: Input,
): Promise<GraphqlResponse['data']> => {
  const { data, errors } = await request(app, PREVIEW, { input });
  expect(errors).toBeUndefined();
  return data.previewGeneration;
};

const toLeadingProblem = ({ errors }: GraphqlResponse): SeenProblem => {
  expect(errors).toHaveLength(1);
  const { code, path, allowed, suggestion }: Partial<SeenProblem> = errors?.[0]?.extensions ?? {};
  return {
    code: code ?? '',
    message: errors?.[0]?.message ?? '',
    path: path ?? [],
    allowed: allowed ?? null,
    suggestion: suggestion ?? null,
  };
};

/**
 * Everything that is wrong with an input, once it is seen that the preview, the mutation and the subscription refuse
 * it with the same words and that none of them calls the provider.
 */
export const refusalOf = async (toys: ToyApp, input: Input): Promise<readonly SeenProblem[]> => {
  const calls = toys.toy.calls.length;
  const { accepted, problems } = await previewOf(toys, input);
  const answers = [
    await request(toys.app, GENERATE, { input }),
    ...(await collectOverSse(toys.app, STREAM, { input })),
  ];
  expect(accepted).toBe(false);
  expect(answers).toHaveLength(2);
  for (const answer of answers) {
    expect(answer.data ?? null).toBeNull();
    expect(toLeadingProblem(answer)).toEqual(problems[0]);
    const all = answer.errors?.[0]?.extensions?.['problems'];
    expect(all).toEqual(problems.length > 1 ? problems : undefined);
  }
  expect(toys.toy.calls).toHaveLength(calls);
  return problems;
};

export interface Acceptance {
  /** What reached the provider. */
  readonly request: TextRequest;
  readonly model: string;
  readonly warnings: readonly SeenWarning[];
}

/**
 * What an accepted input comes to, once it is seen that the preview foretells the warnings and the resolution of the
 * mutation and of the subscription, and that both send the provider the same request.
 */
export const acceptanceOf = async (toys: ToyApp, input: Input): Promise<Acceptance> => {
  const calls = toys.toy.calls.length;
  const { accepted, problems, warnings, resolution } = await previewOf(toys, input);
  expect(problems).toEqual([]);
  expect(accepted).toBe(true);
  expect(toys.toy.calls).toHaveLength(calls);
  const { data, errors } = await request(toys.app, GENERATE, { input });
  expect(errors).toBeUndefined();
  expect(data.generate).toEqual({ warnings, resolution });
  const events = (await collectOverSse(toys.app, STREAM, { input })).map((result) => result.data.generate);
  expect(events[0]).toEqual({ __typename: 'GenerationStarted', resolution });
  expect(
    events.filter(({ __typename }) => __typename === 'WarningRaised').map(({ warning }) => warning),
  ).toEqual(warnings);
  const [waited, streamed, ...others] = toys.toy.calls.slice(calls);
  expect(others).toEqual([]);
  if (waited === undefined || streamed === undefined)
    throw new Error('two calls of the provider were expected');
  expect(streamed.request).toEqual(waited.request);
  expect(streamed.config).toBe(waited.config);
  return { request: waited.request, model: waited.config.name, warnings };
};

/** A problem in two lines: what and where, then the way out. */
export const describeProblem = ({ code, message, path, allowed, suggestion }: SeenProblem): string =>
  `${code} ${path.join('.')}: ${message}\n  allowed ${JSON.stringify(allowed)}; ${suggestion ?? 'no suggestion'}`;

export const describeWarning = ({ code, message, path, from, to }: SeenWarning): string =>
  `${code} ${path?.join('.') ?? ''}: ${message} ${JSON.stringify(from)} → ${JSON.stringify(to)}`;
