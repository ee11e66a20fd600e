import { createServer } from 'node:http';
import { createOpenAI } from '@ai-sdk/openai';
import { streamText } from 'ai';
import { useServer } from 'graphql-ws/use/ws';
import { createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';

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

/** Streams a model's text with the AI SDK, as its documentation shows, and aborts the call when the client disconnects. */
async function* generate(openai, { model, prompt }) {
  const controller = new AbortController();
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
    controller.abort();
  }
}

/** A GraphQL server over the AI SDK by the recipes of graphql-yoga and graphql-ws. Returns its address. */
export const startServer = async (upstreamUrl) => {
  const openai = createOpenAI({ apiKey: 'sk-bench', baseURL: upstreamUrl });
  const yoga = createYoga({
    schema: createSchema({
      typeDefs,
      resolvers: {
        Query: { ok: () => true },
        Subscription: {
          generate: { subscribe: (_root, { input }) => generate(openai, input), resolve: (event) => event },
        },
      },
    }),
    logging: false,
  });
  const server = createServer((request, response) => void yoga(request, response));
  const sockets = new WebSocketServer({ server, path: yoga.graphqlEndpoint });
  useServer(
    {
      execute: (args) => args.rootValue.execute(args),
      subscribe: (args) => args.rootValue.subscribe(args),
      onSubscribe: async (context, _id, params) => {
        const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
          ...context,
          req: context.extra.request,
          socket: context.extra.socket,
          params,
        });
        const args = {
          schema,
          operationName: params.operationName,
          document: parse(params.query),
          variableValues: params.variables,
          contextValue: await contextFactory(),
          rootValue: { execute, subscribe },
        };
        const errors = validate(args.schema, args.document);
        return errors.length > 0 ? errors : args;
      },
    },
    sockets,
  );
  await new Promise((resolve) => server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, resolve));
  return `http://127.0.0.1:${server.address().port}/graphql`;
};
