import { type Plan, toPrompt } from '../programs/plan.ts';

/** The operation for every server. The bare servers read only its variables. */
export const GENERATE = `
  subscription ($input: GenerateInput!) {
    generate(input: $input) {
      __typename
      sequence
      ... on TextDelta { offset text }
      ... on ReasoningDelta { offset text }
      ... on GenerationCompleted { finishReason }
      ... on GenerationFailed { error { code message } }
    }
  }
`;

/** The fields of an event that a client selects; which of them exist depends on its type. */
export interface WireEvent {
  readonly __typename: string;
  readonly sequence: number;
  readonly generationId?: string;
  readonly cursor?: string;
  readonly offset?: number;
  readonly text?: string;
  readonly error?: { readonly code: string; readonly message: string };
  readonly generation?: { readonly text: string };
}

export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export const toGenerate = (plan: Plan, query: string = GENERATE, extra: object = {}): Operation => ({
  query,
  variables: { input: { model: 'gpt-4o', prompt: toPrompt(plan), ...extra } },
});

/** Joins a generation. Bare servers read the plan in the input that is sent with it. */
export const GENERATION_EVENTS = `
  subscription ($id: ID!) {
    generationEvents(id: $id) {
      __typename
      sequence
      ... on TextDelta { offset text }
      ... on ReasoningDelta { offset text }
      ... on GenerationCompleted { finishReason }
      ... on GenerationFailed { error { code message } }
    }
  }
`;

interface Started {
  readonly data?: { readonly startGeneration: { readonly id: string } };
  readonly errors?: unknown;
}

/** Starts a generation that runs without subscribers, and returns its id. */
export const startGeneration = async (url: string, plan: Plan): Promise<string> => {
  const query = 'mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }';
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(toGenerate(plan, query, { onDisconnect: 'CONTINUE' })),
  });
  const { data, errors } = (await response.json()) as Started;
  if (data === undefined) throw new Error(`the server answered ${JSON.stringify(errors)}`);
  return data.startGeneration.id;
};

/** One open subscription. */
export interface Subscription {
  /** Resolves when the server completes the subscription or its connection is closed. */
  readonly ended: Promise<void>;
  /** Unsubscribes. */
  leave(): void;
  /** Breaks the connection, as a network failure does. */
  drop(): void;
  /** Stops reading until `resume`. */
  pause(): void;
  resume(): void;
}

/** Opens a subscription on a connection of its own. The receiver is called with each result as JSON. */
export type Subscribe = (
  url: string,
  operation: Operation,
  receive: (json: string) => void,
) => Promise<Subscription>;

interface Result {
  readonly data?: Readonly<Record<string, WireEvent>> | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** The event of a result. Throws if the result is an error. */
export const readEvent = (json: string): WireEvent => {
  const { data, errors } = JSON.parse(json) as Result;
  const [event] = Object.values(data ?? {});
  if (event === undefined) throw new Error(`the server answered ${JSON.stringify(errors ?? data)}`);
  return event;
};

/** Passes on the texts of a GraphQL server's results. */
export const textReceiver =
  (receive: (text: string) => void) =>
  (json: string): void => {
    const { __typename, text, error } = readEvent(json);
    if (error !== undefined) throw new Error(`${__typename}: ${error.code} ${error.message}`);
    if (text !== undefined) receive(text);
  };
