import SchemaBuilder, { PothosSchemaError } from '@pothos/core';
import { GraphQLError, GraphQLSchema } from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer, MessageType } from 'graphql-ws';
import { createGraphQLError, createYoga } from 'graphql-yoga';
import { expect, test } from 'vitest';

const buildSchema = (): GraphQLSchema => {
  const builder = new SchemaBuilder({});
  builder.queryType({
    fields: (t) => ({
      refused: t.boolean({
        resolve: () => {
          throw new GraphQLError('Refused for a reason the client may read.');
        },
      }),
    }),
  });
  return builder.toSchema();
};

test('an error and a schema made by Pothos are instances of the classes that this project imports', () => {
  expect(new PothosSchemaError('x')).toBeInstanceOf(GraphQLError);
  expect(buildSchema()).toBeInstanceOf(GraphQLSchema);
});

test('an error made by yoga is an instance of the class that this project imports', () => {
  expect(createGraphQLError('x')).toBeInstanceOf(GraphQLError);
});

test('yoga knows an error thrown by this project and does not mask it', async () => {
  const yoga = createYoga({ schema: buildSchema(), logging: false });
  const response = await yoga.fetch('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ refused }' }),
  });
  expect(await response.json()).toMatchObject({
    errors: [{ message: 'Refused for a reason the client may read.' }],
  });
});

test('an error made by graphql-ws is an instance of the class that this project imports', async () => {
  const reported = Promise.withResolvers<readonly unknown[]>();
  const server = makeServer({
    schema: buildSchema(),
    onError: (_context, _id, _payload, errors) => reported.resolve(errors),
  });
  const received = Promise.withResolvers<(message: string) => Promise<void>>();
  const closed = server.opened(
    {
      protocol: GRAPHQL_TRANSPORT_WS_PROTOCOL,
      send: () => undefined,
      close: (code, reason) => reported.reject(new Error(`closed ${code}: ${reason}`)),
      onMessage: (callback) => received.resolve(callback),
    },
    {},
  );
  const send = await received.promise;
  await send(JSON.stringify({ type: MessageType.ConnectionInit }));
  await send(JSON.stringify({ type: MessageType.Subscribe, id: '1', payload: { query: '{ noSuchField }' } }));
  const errors = await reported.promise;
  expect(errors).toHaveLength(1);
  expect(errors[0]).toBeInstanceOf(GraphQLError);
  await closed(1000, 'done');
});
