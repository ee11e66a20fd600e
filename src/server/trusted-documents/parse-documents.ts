import { createHash } from 'node:crypto';
import { parse } from 'graphql';
import { isRecord } from '../../lib/is-record.ts';
import { shorten } from '../../lib/shorten.ts';

const SHA256 = /^[0-9a-f]{64}$/i;
const PREFIXED = /^sha256:([0-9a-f]{64})$/i;

/** Of an id, in UTF-16 code units: a hash in hex has 128 at the most. */
export const MAX_ID_LENGTH = 200;

/**
 * The form in which ids are compared. A SHA-256 may be written with the prefix `sha256:` (GraphQL over HTTP, appendix A:
 * Persisted Documents) and in either case; every other id is opaque.
 */
export const toDocumentId = (id: string): string => {
  const hex = PREFIXED.exec(id)?.[1] ?? id;
  return SHA256.test(hex) ? hex.toLowerCase() : id;
};

export const hashDocument = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The entries of a file in any of its shapes, their values not checked yet; undefined where it has none of them. */
const listEntries = (value: unknown): readonly (readonly [id: unknown, text: unknown])[] | undefined => {
  if (!isRecord(value)) return undefined;
  const { format, operations } = value;
  if (format !== 'apollo-persisted-query-manifest') return Object.entries(value);
  if (!Array.isArray(operations)) return undefined;
  return operations.map((entry: unknown) => (isRecord(entry) ? [entry['id'], entry['body']] : [null, null]));
};

const findSyntaxProblem = (text: string): string | undefined => {
  try {
    const { definitions } = parse(text);
    const hasOperation = definitions.some(({ kind }) => kind === 'OperationDefinition');
    return hasOperation ? undefined : 'holds no operation';
  } catch (error) {
    return `cannot be parsed: ${error instanceof Error ? error.message : String(error)}`;
  }
};

const findTextProblem = (id: string, text: unknown): string | undefined => {
  if (typeof text !== 'string') return 'its text is no text';
  if (id === '' || id.length > MAX_ID_LENGTH) return `its id has no character, or more than ${MAX_ID_LENGTH}`;
  if (SHA256.test(id) && hashDocument(text) !== id)
    return `its id is not the SHA-256 of its text, which is ${hashDocument(text)}`;
  return findSyntaxProblem(text);
};

/**
 * The documents of a file, their texts by id, with every problem, each with its id. Shapes: one object from id to text
 * (@graphql-codegen's client preset, relay-compiler, Hive), and the manifest of Apollo's generate-persisted-query-manifest.
 */
export const parseDocuments = (
  value: unknown,
): { readonly documents: ReadonlyMap<string, string>; readonly problems: readonly string[] } => {
  const entries = listEntries(value);
  if (entries === undefined)
    return { documents: new Map(), problems: ['must be a JSON object from ids to the texts of documents'] };
  const documents = new Map<string, string>();
  const problems: string[] = [];
  for (const [given, text] of entries) {
    const id = toDocumentId(typeof given === 'string' ? given : '');
    const known = documents.get(id);
    const problem =
      known !== undefined && known !== text ? 'two texts have this id' : findTextProblem(id, text);
    if (problem !== undefined) problems.push(`${shorten(id, MAX_ID_LENGTH)}: ${problem}`);
    else documents.set(id, text as string);
  }
  return { documents, problems };
};
