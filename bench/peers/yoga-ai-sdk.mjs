import { createServer } from 'node:http';
import { createOpenAI } from '@ai-sdk/openai';
import { streamText } from 'ai';
import { createSchema, createYoga } from 'graphql-yoga';

const typeDefs = /* GraphQL */ `
  input GenerateInput {
    model: String!
    prompt: String!
  }
  interface GenerationEvent {
    generationId: ID!
    sequence: Int!
  }
  type TextDelta implements GenerationEvent {
    generationId: ID!
    sequence: Int!
    offset: Int!
    text: String!
  }
  type ReasoningDelta implements GenerationEvent {
    generationId: ID!
    sequence: Int!
    offset: Int!
    text: String!
  }
  type GenerationCompleted implements GenerationEvent {
    generationId: ID!
    sequence: Int!
    finishReason: String!
  }
  type Failure {
    code: String!
    message: String!
  }
  type GenerationFailed implements GenerationEvent {
    generationId: ID!
    sequence: Int!
    error: Failure!
  }
  type Query {
    ok: Boolean!
  }
  type Subscription {
    generate(input: GenerateInput!): GenerationEvent!
  }
`;

/** Streams a model's text with the AI SDK, as its documentation shows, and aborts the call once the client has left. */
async function* generate(openai, { model, prompt }, request) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  request.signal.addEventListener('abort', abort);
  const generationId = crypto.randomUUID();
  let sequence = 0;
  let offset = 0;
  const event = (fields) => ({ generationId, sequence: (sequence += 1), ...fields });
  try {
    const { stream } = streamText({
      model: openai.chat(model),
      prompt,
      maxRetries: 0,
      abortSignal: controller.signal,
    });
    for await (const part of stream) {
      if (part.type === 'text-delta') {
        yield event({ __typename: 'TextDelta', offset, text: part.text });
        offset += part.text.length;
      } else if (part.type === 'finish') {
        yield event({ __typename: 'GenerationCompleted', finishReason: part.finishReason });
      } else if (part.type === 'error') {
        yield event({
          __typename: 'GenerationFailed',
          error: { code: 'FAILED', message: String(part.error) },
        });
      }
    }
  } finally {
    request.signal.removeEventListener('abort', abort);
    abort();
  }
}

/** A GraphQL server over the AI SDK by the recipe of graphql-yoga, which sends events over SSE. Returns its address. */
export const startServer = async (upstreamUrl) => {
  const openai = createOpenAI({ apiKey: 'sk-bench', baseURL: upstreamUrl });
  const yoga = createYoga({
    schema: createSchema({
      typeDefs,
      resolvers: {
        Query: { ok: () => true },
        Subscription: {
          generate: {
            subscribe: (_root, { input }, { request }) => generate(openai, input, request),
            resolve: (event) => event,
          },
        },
      },
    }),
    graphiql: false,
    logging: false,
  });
  const server = createServer((request, response) => void yoga(request, response));
  await new Promise((resolve) => server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, resolve));
  return `http://127.0.0.1:${server.address().port}${yoga.graphqlEndpoint}`;
};
