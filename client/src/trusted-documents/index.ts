import { DOCUMENT_IDS } from '../generated/document-ids.ts';
import type { GraphqlRequest } from '../transport.ts';

/** A document as text with its id, as GraphQL Code Generator writes it with `persistedDocuments`. */
export interface TrustedDocument {
  toString(): string;
  readonly __meta__?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Gives what puts ids in the place of texts, for the option `transformRequest`: of the documents of this package, which a
 * server has from `modelgraph-client/trusted-documents.json`, and of one's own. A text without an id is sent as it is.
 */
export const sendDocumentIds = (
  own: readonly TrustedDocument[] = [],
): ((request: GraphqlRequest) => GraphqlRequest) => {
  const ids = new Map(DOCUMENT_IDS);
  for (const document of own) {
    const hash = document.__meta__?.['hash'];
    if (typeof hash === 'string') ids.set(String(document), hash);
  }
  return (request) => {
    const documentId = ids.get(request.query);
    // graphql-ws wants a text, and has one place for an id.
    return documentId === undefined
      ? request
      : { ...request, query: '', extensions: { ...request.extensions, documentId } };
  };
};
