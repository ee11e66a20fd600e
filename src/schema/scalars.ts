import { GraphQLError, Kind, type ValueNode } from 'graphql';
import type { JsonValue } from '../core/json.ts';
import { builder } from './builder.ts';

const refuse = (name: string, value: unknown): never => {
  throw new GraphQLError(`${name} cannot represent ${JSON.stringify(value) ?? String(value)}.`);
};

/** A value parsed from JSON has no methods, so that no client can forge a file. */
const isFile = (value: unknown): value is File =>
  typeof value === 'object' &&
  value !== null &&
  'arrayBuffer' in value &&
  typeof value.arrayBuffer === 'function';

const refuseFile = (): never => {
  throw new GraphQLError(
    'A File must be a part of a GraphQL multipart request, which is sent over HTTP: POST multipart/form-data with operations, map and the file. Over WebSocket give base64 instead.',
  );
};

const isDate = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));

const fromLiteral = (node: ValueNode, variables: Readonly<Record<string, unknown>> = {}): JsonValue => {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((value) => fromLiteral(value, variables));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map((field) => [field.name.value, fromLiteral(field.value, variables)]),
      );
    case Kind.VARIABLE:
      return (variables[node.name.value] ?? null) as JsonValue;
  }
};

builder.scalarType('DateTime', {
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  description: 'A point in time in UTC, RFC 3339 with milliseconds: `2026-11-22T14:03:00.000Z`.',
  serialize: (value) => value.toISOString(),
  parseValue: (value) => {
    const date = typeof value === 'string' ? new Date(value) : new Date(Number.NaN);
    return Number.isNaN(date.getTime()) ? refuse('DateTime', value) : date;
  },
});

builder.scalarType('Date', {
  specifiedByURL: 'https://scalars.graphql.org/andimarek/local-date.html',
  description: 'A day, `YYYY-MM-DD`.',
  serialize: (value) => value,
  parseValue: (value) => (isDate(value) ? value : refuse('Date', value)),
});

builder.scalarType('JSON', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  description: 'Any JSON value. Used only where the caller defines the shape.',
  serialize: (value) => value,
  parseValue: (value) => value as JsonValue,
  parseLiteral: (node, variables) => fromLiteral(node, variables ?? {}),
});

builder.scalarType('Cursor', {
  specifiedByURL: 'https://relay.dev/graphql/connections.htm#sec-Cursor',
  description: "An opaque position in a generation's event log.",
  serialize: (value) => value,
  parseValue: (value) => (typeof value === 'string' ? value : refuse('Cursor', value)),
});

builder.scalarType('File', {
  specifiedByURL: 'https://github.com/jaydenseric/graphql-multipart-request-spec',
  description: 'A part of a GraphQL multipart request.',
  serialize: (value) => refuse('File', value),
  parseValue: (value) => (isFile(value) ? value : refuseFile()),
  parseLiteral: () => refuseFile(),
});
