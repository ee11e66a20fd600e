import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { createDocumentCache } from './document-cache.ts';
import { createLimitRule, type OperationLimits } from './limits.ts';

export type Refused = readonly [GraphQLError, ...GraphQLError[]];

export interface DocumentOptions {
  readonly limits: OperationLimits;
  /** Without it nothing is told of the schema: neither when asked, nor by guessing what a misspelt name was meant to be. */
  readonly introspection: boolean;
}

/** Reads the text of a document: parses and validates it and holds it against the limits, or gives what is wrong. */
export type ReadDocument = (text: string) => DocumentNode | Refused;

/** The same text gives the same document, for as long as it is remembered. */
export const createReadDocument = (
  schema: GraphQLSchema,
  { limits, introspection }: DocumentOptions,
): ReadDocument => {
  const known = createDocumentCache<DocumentNode | Refused>();
  const rules = [
    ...specifiedRules,
    createLimitRule(limits),
    ...(introspection ? [] : [NoSchemaIntrospectionCustomRule]),
  ];

  const read: ReadDocument = (text) => {
    let document: DocumentNode;
    try {
      document = parse(text, { maxLexicalTokens: limits.maxTokens });
    } catch (error) {
      return [error instanceof GraphQLError ? error : new GraphQLError('The query cannot be read.')];
    }
    const [first, ...others] = validate(schema, document, rules, { hideSuggestions: !introspection });
    return first === undefined ? document : [first, ...others];
  };
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = read(text);
    known.set(text, made);
    return made;
  };
};
