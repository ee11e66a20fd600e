import type { GraphqlResponse } from './app.ts';

const EVENT = `
  fragment Event on GenerationEvent {
      __typename
      generationId
      sequence
      cursor
      ... on GenerationStarted { model { name } resolution { requested steps { from to reason } reasoning } }
      ... on GenerationSnapshot { generation { ...Generation } }
      ... on TextDelta { offset text }
      ... on ReasoningDelta { offset text }
      ... on ToolCallDelta { callId name argumentsDelta }
      ... on ToolCallReady { toolCall { callId name arguments builtIn result signature } }
      ... on CitationAdded { citation { url title snippet startIndex endIndex } }
      ... on UsageUpdated { usage { ...Usage } cost { total currency } }
      ... on WarningRaised { warning { code message path from to } }
      ... on OutputUpdated { path change value }
      ... on ActionRequired { toolCalls { callId name arguments } }
      ... on GenerationCompleted { finishReason generation { ...Generation } }
      ... on GenerationCancelled { generation { ...Generation } }
      ... on GenerationFailed { error { ...Error } generation { ...Generation } }
  }
  fragment Usage on Usage {
    inputTokens outputTokens totalTokens cacheReadTokens cacheWriteTokens reasoningTokens audioInputTokens source
  }
  fragment Error on GenerationError { code message retryable retryAfterMs provider providerStatus }
  fragment Generation on Generation {
    id status text reasoning finishReason rawFinishReason lastSequence metadata
    toolCalls { callId name arguments builtIn result signature }
    citations { url title snippet startIndex endIndex }
    usage { ...Usage }
    cost { total }
    output outputViolations { path message }
    warnings { code }
    error { ...Error }
  }
`;

/** Every field of every event, so that nothing about a stream goes unseen. */
export const GENERATE_SUBSCRIPTION = `
  subscription ($input: GenerateInput!) { generate(input: $input) { ...Event } } ${EVENT}
`;

/** The same, under an idempotency key. */
export const GENERATE_ONCE = `
  subscription ($input: GenerateInput!, $key: String!) { generate(input: $input, idempotencyKey: $key) { ...Event } } ${EVENT}
`;

/** The same for a generation that there is. */
export const FOLLOW_SUBSCRIPTION = `
  subscription ($id: ID!, $after: Cursor) { generationEvents(id: $id, after: $after) { ...Event } } ${EVENT}
`;

export const GENERATE_MUTATION = `
  mutation ($input: GenerateInput!) {
    generate(input: $input) {
      id status text reasoning finishReason rawFinishReason
      toolCalls { callId name arguments builtIn result signature }
      citations { url title snippet startIndex endIndex }
      usage { inputTokens outputTokens totalTokens cacheReadTokens cacheWriteTokens reasoningTokens audioInputTokens source }
      warnings { code message }
    }
  }
`;

// Tests read what they asked for; a wrong path is a failed assertion.
// oxlint-disable-next-line typescript/no-explicit-any
export type Event = Record<string, any> & { readonly __typename: string; readonly sequence: number };

/** The events of a stream. Throws what the server refused. */
export const toEvents = (results: readonly GraphqlResponse[]): Event[] =>
  results.map(({ data, errors }) => {
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return (data.generate ?? data.generationEvents) as Event;
  });

/** Adjacent deltas of one kind as one, as a slow subscriber might have got them; ids and times of the run left out. */
export const toNormalEvents = (events: readonly Event[]): Event[] => {
  const normal: Event[] = [];
  for (const event of events) {
    const { generationId: _generationId, cursor: _cursor, ...rest } = event;
    const last = normal.at(-1);
    const isDelta = event.__typename === 'TextDelta' || event.__typename === 'ReasoningDelta';
    if (isDelta && last?.__typename === event.__typename) {
      normal[normal.length - 1] = {
        ...last,
        sequence: event.sequence,
        text: `${String(last['text'])}${String(event['text'])}`,
      };
    } else {
      const { generation, ...others } = rest;
      const { id: _id, ...generationRest } = (generation ?? {}) as Record<string, unknown>;
      normal.push((generation === undefined ? rest : { ...others, generation: generationRest }) as Event);
    }
  }
  return normal;
};
