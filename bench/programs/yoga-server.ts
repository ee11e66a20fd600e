import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSchema, createYoga } from 'graphql-yoga';
import { answerParent, readOptions } from './answer-parent.ts';

export interface YogaOptions {
  readonly typeDefs: string;
  /** The result of `Query.models`. */
  readonly models: unknown;
  /** Whether yoga limits the size of bodies, which costs about a third of the requests. */
  readonly limitsBody: boolean;
}

const { typeDefs, models, limitsBody } = readOptions() as YogaOptions;
const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers: { Query: { models: () => models } } }),
  graphiql: false,
  logging: false,
  ...(!limitsBody && { maxRequestBodySize: false }),
});
const server = createServer((request, response) => void yoga(request, response));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
answerParent({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` });
