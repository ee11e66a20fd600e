import { isRecord } from '../../lib/is-record.ts';
import { shorten } from '../../lib/shorten.ts';
import type { OperationParams } from '../prepare-operation.ts';
import type { Refusal } from '../refusal.ts';
import { MAX_ID_LENGTH, toDocumentId } from './parse-documents.ts';
import type { TrustedDocuments, TrustedDocumentsMode } from './trusted-documents.ts';

/** What has come of the id of a request: the parameters with the text of its document, or why there are none. */
export type Resolved = { readonly params: OperationParams } | { readonly refusal: Refusal };

const HOW_TO_NAME =
  'Send the id of a document as documentId, as extensions.documentId or as extensions.persistedQuery.sha256Hash.';

const refuse = (code: Refusal['code'], message: string): Resolved => ({ refusal: { code, message } });

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Every id that a request names; clients put it in one place of three. */
const listIds = ({ documentId, extensions }: OperationParams): readonly unknown[] => {
  if (!isRecord(extensions)) return [documentId].filter(isGiven);
  const { persistedQuery } = extensions;
  const hash = isRecord(persistedQuery) ? persistedQuery['sha256Hash'] : undefined;
  return [documentId, extensions['documentId'], hash].filter(isGiven);
};

/** Whether a client with automatic persisted queries sent the hash alone: it reads one answer, and sends the text after it. */
const isAutomatic = ({ query, documentId, extensions }: OperationParams): boolean =>
  !isGiven(query) &&
  !isGiven(documentId) &&
  isRecord(extensions) &&
  !isGiven(extensions['documentId']) &&
  isRecord(extensions['persistedQuery']);

const unknown = (id: string, params: OperationParams, mode: TrustedDocumentsMode): Resolved => {
  if (mode === 'also' && isAutomatic(params))
    return {
      refusal: {
        code: 'PERSISTED_QUERY_NOT_FOUND',
        message: 'PersistedQueryNotFound',
        headers: { 'cache-control': 'no-store' },
      },
    };
  const advice =
    mode === 'also'
      ? 'Send the text of the document.'
      : "The client is newer than the server's file: `npm run documents -- extract` writes it, and the server reads it again.";
  return refuse(
    'NOT_FOUND',
    `No document of this server has the id "${shorten(id, MAX_ID_LENGTH)}". ${advice}`,
  );
};

/** Parameters without the id, which the rest of the server knows nothing of. */
const withText = ({ operationName, variables, extensions }: OperationParams, query: unknown): Resolved => ({
  params: { query, operationName, variables, extensions },
});

/** What a request without files of documents is: one with its text, as ever. */
const withoutDocuments = (params: OperationParams): Resolved =>
  listIds(params).length > 0 && !isGiven(params.query) && !isAutomatic(params)
    ? refuse(
        'NOT_FOUND',
        'This server has no documents with ids: its operator sets MODELGRAPH_TRUSTED_DOCUMENTS. Send the text of the document.',
      )
    : withText(params, params.query);

/**
 * The parameters of a request with the text of the document that it names, the same for every transport. With `only` a
 * request has to name one, and its own text, if it has any, has to be the same.
 */
export const resolveDocument = (
  params: OperationParams,
  documents: TrustedDocuments | null,
  mode: TrustedDocumentsMode | null,
): Resolved => {
  if (mode === null) return withoutDocuments(params);
  const [id, ...others] = listIds(params);
  if (id === undefined) {
    if (mode === 'also') return withText(params, params.query);
    return refuse('FORBIDDEN', `This server executes the documents of its own list only. ${HOW_TO_NAME}`);
  }
  if (typeof id !== 'string' || id.length > MAX_ID_LENGTH)
    return refuse(
      'INVALID_REQUEST',
      `The id of a document is a text of at most ${MAX_ID_LENGTH} characters.`,
    );
  if (others.some((other) => typeof other !== 'string' || toDocumentId(other) !== toDocumentId(id)))
    return refuse('INVALID_REQUEST', 'The request names two documents by two ids. Send one of them.');
  const text = documents?.find(id);
  const { query } = params;
  if (text === undefined)
    return mode === 'also' && isGiven(query) ? withText(params, query) : unknown(id, params, mode);
  if (isGiven(query) && query !== text)
    return refuse(
      'INVALID_REQUEST',
      'The request has a text beside the id of a document, and it is not the text of that document. Send the id alone.',
    );
  return withText(params, text);
};

/** The mode of a principal; null or left out: as the server is set. */
type OwnMode = TrustedDocumentsMode | null | undefined;

/** What every transport requires of the documents of the server. */
export interface DocumentPolicy {
  resolve(params: OperationParams, own?: OwnMode): Resolved;
  /** Whether a text may be executed at all. */
  mayExecute(text: string, own?: OwnMode): boolean;
}

/** Without documents every request carries its text, and every text may be executed. */
export const createDocumentPolicy = (documents: TrustedDocuments | null): DocumentPolicy => {
  const usual = documents?.mode ?? null;
  return {
    resolve: (params, own) => resolveDocument(params, documents, own ?? usual),
    mayExecute: (text, own) => (own ?? usual) !== 'only' || documents?.hasText(text) === true,
  };
};
