/** What trusted documents are set to, beside what is served of them. */
export interface TrustedDocumentsSettings {
  /** Files of documents by id; empty: requests carry their documents. */
  readonly trustedDocuments: readonly string[];
  readonly trustedDocumentsMode: 'only' | 'also';
  readonly playground: boolean;
}

/** Nothing that is written in the playground could be executed where only listed documents are. */
export const servesPlayground = ({
  playground,
  trustedDocuments,
  trustedDocumentsMode,
}: TrustedDocumentsSettings): boolean =>
  playground && !(trustedDocuments.length > 0 && trustedDocumentsMode === 'only');

/** A mode without files would seem to restrict clients, and would not. */
export const listDocumentsProblems = (given: Readonly<Record<string, string>>): readonly string[] =>
  given['MODELGRAPH_TRUSTED_DOCUMENTS'] === '' && given['MODELGRAPH_TRUSTED_DOCUMENTS_MODE'] !== ''
    ? [
        'MODELGRAPH_TRUSTED_DOCUMENTS: must name the files of the documents where MODELGRAPH_TRUSTED_DOCUMENTS_MODE is set',
      ]
    : [];
