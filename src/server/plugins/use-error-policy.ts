import { type ExecutionResult, GraphQLError } from 'graphql';
import { isAsyncIterable, processRegularResult } from 'graphql-yoga';
import { findAcceptedType, JSON_TYPE } from '../answer-type.ts';
import type { ServerPlugin } from '../plugin.ts';
import { type MaskError, withoutHttp } from '../mask-error.ts';

const withHttp = (error: GraphQLError): GraphQLError => {
  const { nodes, source, positions, path, extensions } = error;
  const given = extensions.http ?? {};
  const status = given.status ?? (extensions['code'] === 'INTERNAL' ? 500 : 400);
  // A document that was refused has a status of its own only for clients that ask for the newer media type.
  const http = status === 400 ? { spec: true, ...given, status } : { ...given, status };
  return new GraphQLError(error.message, {
    nodes,
    source,
    positions,
    path,
    extensions: { ...extensions, http },
  });
};

/**
 * Errors as clients may see them, each with a code, on every transport; over HTTP also the status and the type of the
 * answer. What was thrown by a defect is logged and hidden.
 */
export const useErrorPolicy = (maskError: MaskError): ServerPlugin => {
  const mask = (result: ExecutionResult, setResult: (masked: ExecutionResult) => void): void => {
    if (result.errors !== undefined) setResult({ ...result, errors: result.errors.map(maskError) });
  };
  return {
    onExecute: () => ({
      onExecuteDone({ result, setResult }) {
        if (!isAsyncIterable(result)) mask(result, setResult);
      },
    }),
    onSubscribe: () => ({
      onSubscribeResult({ result, setResult }) {
        if (!isAsyncIterable(result)) mask(result, setResult);
      },
    }),
    onResultProcess({ result, setResult, setResultProcessor, serverContext }) {
      if (isAsyncIterable(result) || Array.isArray(result)) return;
      const { req, res } = serverContext;
      // The client has left, perhaps in the middle of its request, which is no defect.
      if (res.destroyed || req.errored !== null) return;
      if (result.errors !== undefined) {
        const isRefused = !('data' in result);
        const errors = result.errors.map(maskError);
        setResult({ ...result, errors: errors.map(isRefused ? withHttp : withoutHttp) });
      }
      const type = findAcceptedType(req.headers.accept) ?? JSON_TYPE;
      setResultProcessor(processRegularResult, type);
    },
  };
};
