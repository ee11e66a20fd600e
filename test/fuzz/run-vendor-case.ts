import { type GraphqlResponse, request } from '../support/app/app.ts';
import type { Server } from '../support/app/clients.ts';
import {
  type Event,
  FOLLOW_SUBSCRIPTION,
  GENERATE_MUTATION,
  GENERATE_SUBSCRIPTION,
} from '../support/app/events.ts';
import { createDice } from './dice.ts';
import { type Followed, follow, type Way, WAYS } from './follow.ts';
import { createProblem, type Problem } from './problem.ts';
import { toPrompt, type VendorCase } from './vendor-case.ts';

/** Longer than any limit of time that the server has in a run. */
const PATIENCE_MS = 60_000;

const TOOLS = ['weather', 'time'].map((name) => ({
  function: { name, parameters: { type: 'object', properties: { city: { type: 'string' } } } },
}));

const SCHEMA = {
  type: 'object',
  properties: { ok: { type: 'boolean' } },
  required: ['ok'],
  additionalProperties: false,
};

/** Some answers are to be JSON by a schema, which few of them are. */
const outputFor = (seed: number): object => {
  const dice = createDice(seed * 16 + 12);
  if (dice.chance(0.75)) return {};
  const onViolation = dice.pick(['REPORT', 'FAIL', 'REPAIR']);
  const schema = { name: 'verdict', schema: SCHEMA, onViolation };
  return { output: { schema }, streamOutput: dice.chance(0.6), onUnsupported: 'DROP_WITH_WARNING' };
};

const inputFor = ({ key, input }: VendorCase): object => ({
  model: input.model,
  prompt: toPrompt(key),
  ...(input.takesTools && { tools: TOOLS }),
  ...outputFor(key.seed),
});

const isTerminal = ({ __typename: type }: Event): boolean =>
  type === 'GenerationCompleted' || type === 'GenerationFailed' || type === 'GenerationCancelled';

const codesOf = ({ errors = [] }: GraphqlResponse): string =>
  errors
    .map(({ message, extensions }) => `${String(extensions?.['code'])}: ${message}`)
    .join('; ')
    .slice(0, 300);

const eventOf = ({ data }: GraphqlResponse): Event | null => data?.generate ?? data?.generationEvents ?? null;

/** What is wrong with the events of one generation; empty: nothing. */
const findStreamProblems = ({ results, end }: Followed): readonly Problem[] => {
  const problems: Problem[] = [];
  if (end !== 'complete') problems.push(createProblem(`the stream did not end: ${end}`, 'terminal event'));
  const wrong = results.find(({ errors }) => errors !== undefined);
  if (wrong !== undefined) problems.push(createProblem(`errors in the stream: ${codesOf(wrong)}`));
  const events = results.flatMap((result) => eventOf(result) ?? []);
  const terminals = events.filter(isTerminal).length;
  if (terminals !== 1) problems.push(createProblem(`${terminals} terminal events`, 'terminal event'));
  const last = events.at(-1);
  if (last !== undefined && terminals === 1 && !isTerminal(last))
    problems.push(createProblem('events after the terminal one', 'terminal event'));
  if (events.some(({ sequence }, index) => index > 0 && sequence <= (events[index - 1]?.sequence ?? 0)))
    problems.push(createProblem('sequences that do not rise'));
  if (last?.['error']?.code === 'INTERNAL')
    problems.push(createProblem(`INTERNAL: ${last['error'].message}`));
  return problems;
};

const GENERATION = `query ($id: ID!) { generation(id: $id) {
  status text reasoning output lastSequence error { code message retryAfterMs }
  toolCalls { callId name arguments result signature } citations { url title startIndex endIndex }
  usage { inputTokens outputTokens totalTokens cacheReadTokens cacheWriteTokens reasoningTokens audioInputTokens }
  cost { total input output } warnings { code message path } finishReason rawFinishReason firstDeltaMs
} }`;

const ENDED = ['COMPLETED', 'FAILED', 'CANCELLED'];

/** What is wrong with what is kept of a generation that has ended. */
const findKeptProblems = async (server: Server, id: string): Promise<readonly Problem[]> => {
  const answer = await request(server, GENERATION, { id });
  if (answer.errors !== undefined)
    return [createProblem(`the generation cannot be read: ${codesOf(answer)}`)];
  const kept = answer.data?.generation;
  if (kept === null) return [createProblem('the generation is gone')];
  const problems: Problem[] = [];
  if (!ENDED.includes(kept.status))
    problems.push(createProblem(`kept as ${String(kept.status)}`, 'terminal event'));
  if (kept.error?.code === 'INTERNAL')
    problems.push(createProblem(`kept as INTERNAL: ${kept.error.message}`));
  const numbers = [...Object.values(kept.usage ?? {}), ...Object.values(kept.cost ?? {})];
  if (numbers.some((number) => typeof number === 'number' && number < 0))
    problems.push(createProblem('a count or a cost below 0'));
  const replayed = await follow(
    server,
    'websocket',
    { query: FOLLOW_SUBSCRIPTION, variables: { id } },
    PATIENCE_MS,
  );
  return [
    ...problems,
    ...findStreamProblems(replayed).map(({ kind, what }) => ({ kind, what: `replayed: ${what}` })),
  ];
};

const CANCEL = 'mutation ($id: ID!) { cancelGeneration(id: $id) { id } }';
const SUBMIT = `mutation ($id: ID!, $results: [ToolResultInput!]!) {
  submitToolResults(generationId: $id, results: $results) { id }
}`;

/** Answers the tool calls of a generation once, if the dice say so, and cancels it at the next. */
const createHearing = (server: Server, answersOnce: boolean) => {
  let asked = 0;
  const problems: Problem[] = [];
  const running: Promise<void>[] = [];
  const act = async (event: Event): Promise<void> => {
    const id = event['generationId'] as string;
    asked += 1;
    const results = (event['toolCalls'] as readonly { readonly callId: string }[]).map(({ callId }) => ({
      callId,
      output: 'It is.',
    }));
    const answer =
      answersOnce && asked === 1
        ? await request(server, SUBMIT, { id, results })
        : await request(server, CANCEL, { id });
    if (answer.errors?.some(({ extensions }) => extensions?.['code'] === 'INTERNAL') === true)
      problems.push(createProblem(`tool results: ${codesOf(answer)}`));
    // A refusal leaves the generation waiting.
    if (answer.errors !== undefined) await request(server, CANCEL, { id });
  };
  return {
    hear: (result: GraphqlResponse): void => {
      const event = eventOf(result);
      if (event?.__typename !== 'ActionRequired') return;
      running.push(
        act(event).catch(
          (error: unknown) => void problems.push(createProblem(`tool results: ${String(error)}`)),
        ),
      );
    },
    end: async (): Promise<readonly Problem[]> => {
      await Promise.all(running);
      return problems;
    },
  };
};

const runSubscription = async (
  server: Server,
  fuzzed: VendorCase,
  way: 'websocket' | 'sse',
  answersOnce: boolean,
) => {
  const hearing = createHearing(server, answersOnce);
  const operation = { query: GENERATE_SUBSCRIPTION, variables: { input: inputFor(fuzzed) } };
  const followed = await follow(server, way, operation, PATIENCE_MS, hearing.hear);
  const id = followed.results
    .map((result) => eventOf(result)?.['generationId'])
    .find((found) => typeof found === 'string');
  return {
    problems: [...findStreamProblems(followed), ...(await hearing.end())],
    id: id ?? null,
  };
};

const runMutation = async (server: Server, fuzzed: VendorCase) => {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await request(server, GENERATE_MUTATION, { input: inputFor(fuzzed) }, { signal });
  const [error] = answer.errors ?? [];
  const id = answer.data?.generate?.id ?? error?.extensions?.['generationId'];
  const isInternal = error?.extensions?.['code'] === 'INTERNAL' || (error !== undefined && id === undefined);
  const problems = isInternal ? [createProblem(`the mutation: ${codesOf(answer)}`)] : [];
  // One that waits for tool results is not over.
  if (typeof id === 'string') await request(server, CANCEL, { id });
  return { problems, id: typeof id === 'string' ? id : null };
};

/** Asks for the answer and hears it to its end. Gives what is wrong with what was heard; empty: nothing. */
export const runVendorCase = async (server: Server, fuzzed: VendorCase): Promise<readonly Problem[]> => {
  const dice = createDice(fuzzed.key.seed * 16 + 15);
  const way: Way = dice.pick(WAYS);
  const { problems, id } =
    way === 'http'
      ? await runMutation(server, fuzzed)
      : await runSubscription(server, fuzzed, way, dice.chance(0.4));
  return id === null ? problems : [...problems, ...(await findKeptProblems(server, id))];
};
