const CAPABILITIES = `# What is there, what can it do, what does it cost?
# Models whose provider is configured come out with available: true.
query Capabilities {
  models(
    where: { reasoning: true, inputModalities: [IMAGE], maxInputPricePerMillion: 3 }
    orderBy: { field: INPUT_PRICE }
    first: 10
  ) {
    totalCount
    nodes {
      name
      displayName
      available
      contextWindow
      provider { name configured credentialVariable }
      capabilities {
        inputModalities
        functionCalling
        reasoning { always efforts defaultEffort }
      }
      pricing { inputPerMillion outputPerMillion }
      parameters { parameter supported min max values }
    }
  }
}
`;

const GENERATE = `# Waits for the whole answer. The demo models need no key;
# put any other model's name in their place once its provider is configured.
mutation Generate {
  generate(input: { model: "demo", prompt: "Why is the sky blue?" }) {
    id
    status
    text
    finishReason
    usage { inputTokens outputTokens source }
    cost { currency total }
    warnings { code message }
  }
}
`;

const STREAM = `# Streams text and reasoning as typed events.
subscription Stream {
  generate(
    input: {
      model: "demo-reasoning"
      prompt: "Is 1009 a prime number?"
      reasoning: { effort: MEDIUM }
    }
  ) {
    __typename
    sequence
    ... on GenerationStarted { model { name } }
    ... on ReasoningDelta { offset text }
    ... on TextDelta { offset text }
    ... on UsageUpdated {
      usage { outputTokens reasoningTokens }
    }
    ... on WarningRaised { warning { message } }
    ... on GenerationCompleted {
      finishReason
      generation { firstDeltaMs cost { total } }
    }
    ... on GenerationFailed {
      error { code message retryable }
    }
  }
}
`;

const PREVIEW = `# A request that would be refused, and why: nothing is sent to a provider.
query Preview {
  previewGeneration(
    input: {
      model: "demo"
      prompt: "Hello"
      temperature: 9
      verbosity: HIGH
    }
  ) {
    accepted
    problems { code message path allowed suggestion }
    resolution { requested steps { from to reason } }
    estimatedInputTokens
    estimatedMaxCost { currency total }
  }
}
`;

const HISTORY = `# Your generations, newest first: those that run and those that have ended.
# Follow one with  subscription { generationEvents(id: "gen_…") { __typename cursor … on TextDelta { text } } }
# and end one with mutation { cancelGeneration(id: "gen_…") { status text } }
query History {
  generations(first: 5) {
    totalCount
    nodes {
      id
      status
      model { name }
      text
      error { code message }
      usage { outputTokens source }
      createdAt
      completedAt
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;

const BATCH = `# Many requests for whoever can wait: at half the price
# where the provider has a batch API. Follow it with
#   subscription { batchUpdated(id: "batch_…") { status } }
# and read it with
#   { batch(id: "batch_…") {
#       items(first: 10) { nodes { customId status text } } } }
mutation Batch {
  submitBatch(
    input: {
      displayName: "A first batch"
      requests: [
        {
          customId: "sky"
          input: { model: "demo", prompt: "Why is it blue?" }
        }
        {
          customId: "sea"
          input: { model: "demo", prompt: "Why is it salt?" }
        }
      ]
    }
  ) {
    id
    status
    mode
    counts { total pending succeeded failed }
  }
}
`;

/** What the playground opens with: each one runs on a fresh machine. */
export const EXAMPLE_TABS = [STREAM, CAPABILITIES, GENERATE, PREVIEW, HISTORY, BATCH] as const;
