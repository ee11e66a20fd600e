import type { GraphQLParams } from 'graphql-yoga';
import type { OperationOrigin } from '../context.ts';
import type { ServerPlugin } from '../plugin.ts';
import { type Refusal, toRefusalError } from '../refusal.ts';
import type { DocumentPolicy } from '../trusted-documents/resolve-document.ts';

const NOT_LISTED: Refusal = {
  code: 'FORBIDDEN',
  message: 'This server executes the documents of its own list only.',
};

/**
 * Puts the text of a document in the place of its id over HTTP and SSE, before anything reads the text; a WebSocket's
 * protocol does so by the same policy. Whatever came in between, a text that may not be executed is not even parsed, on
 * any transport.
 */
export const useTrustedDocuments = (policy: DocumentPolicy): ServerPlugin => ({
  onRequestParse({ url, serverContext: { req }, requestParser, setRequestParser }) {
    const documentId = req.method === 'GET' ? url.searchParams.get('documentId') : null;
    if (documentId === null) return;
    setRequestParser(async (request) =>
      Object.assign((await requestParser?.(request)) ?? {}, { documentId }),
    );
  },
  onParams({ params, setParams, context }) {
    const resolved = policy.resolve(params, context.principal?.access.trustedDocuments);
    if ('refusal' in resolved) throw toRefusalError(resolved.refusal);
    // Not checked yet: the next step does.
    setParams(resolved.params as GraphQLParams);
  },
  onParse({ params: { source }, context }) {
    const { principal } = context as Partial<OperationOrigin>;
    const text = typeof source === 'string' ? source : source.body;
    if (!policy.mayExecute(text, principal?.access.trustedDocuments)) throw toRefusalError(NOT_LISTED);
  },
});
