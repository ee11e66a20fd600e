import {
  type ASTVisitor,
  BREAK,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { isRecord } from '../lib/is-record.ts';
import { findRepeatedFields } from './repeated-fields.ts';

/** What one operation may ask for, on every transport. */
export interface OperationLimits {
  readonly maxTokens: number;
  readonly maxDepth: number;
  /** How deeply brackets of any kind may nest in a document, before it is parsed: its parser reads level by level. */
  readonly maxNesting: number;
  readonly maxAliases: number;
  readonly maxRootFields: number;
  readonly maxDirectives: number;
  /** How often one field may be selected at one place of the answer: its selections are compared in pairs. */
  readonly maxRepeatedFields: number;
  /** Root fields that call a provider: each one costs money. */
  readonly maxCostlyRootFields: number;
  readonly maxComplexity: number;
  /** How deeply lists and objects may nest in the variables: whatever reads or writes them does so level by level. */
  readonly maxVariableDepth: number;
  /** Items of lists and entries of objects in the variables, each counted as often as its variable is used. */
  readonly maxVariableValues: number;
  /** UTF-16 code units of all texts in the variables, counted in the same way. */
  readonly maxVariableCharacters: number;
  /** Of them, those that are counted because their variable is used again: one use costs no more than it weighs. */
  readonly maxRepeatedCharacters: number;
  /** Of them, those of further root fields: each root field checks its input anew, more slowly than texts are counted. */
  readonly maxRepeatedRootCharacters: number;
  /** Lines of a document that are comments: they are no tokens, and each is read all the same. */
  readonly maxComments: number;
  /** Of a name or a field in the document: what is wrong with it is said by quoting it. */
  readonly maxNameLength: number;
}

export const DEFAULT_LIMITS: OperationLimits = {
  maxTokens: 5_000,
  maxDepth: 12,
  maxNesting: 200,
  maxAliases: 30,
  maxRootFields: 20,
  maxDirectives: 30,
  maxRepeatedFields: 100,
  maxCostlyRootFields: 4,
  maxComplexity: 25_000,
  maxVariableDepth: 100,
  maxVariableValues: 100_000,
  maxVariableCharacters: 128 * 1024 * 1024,
  maxRepeatedCharacters: 40 * 1024 * 1024,
  maxRepeatedRootCharacters: 16 * 1024 * 1024,
  maxComments: 5_000,
  maxNameLength: 200,
};

/** JSON values that a request may hold before it is parsed: lists and objects are counted once more than in its variables. */
export const maxBodyValuesOf = ({ maxVariableValues }: OperationLimits): number => 2 * maxVariableValues;

/** The error of an operation that asks for more than is allowed. */
export const refuse = (what: string, found: number, most: number): GraphQLError =>
  new GraphQLError(`The operation has ${what} of ${found} or more; at most ${most} is allowed.`, {
    extensions: {
      code: 'INVALID_REQUEST',
      retryable: false,
      allowed: [`at most ${most}`],
    },
  });

/** Introspection nests deeper than any query of ours: its depth is bounded by a rule of graphql's own. */
const INTROSPECTION_FIELDS = new Set(['__schema', '__type']);

/** Fields with the same place in the answer, which are merged: each is compared with every other. */
class Place {
  readonly fields = new Set<FieldNode>();
  readonly #below = new Map<string, Place>();

  below(key: string): Place {
    const known = this.#below.get(key);
    if (known !== undefined) return known;
    const place = new Place();
    this.#below.set(key, place);
    return place;
  }
}

/** A field may say that it costs money only with one value of an argument; what a variable holds is not known yet. */
const costsMoney = ({ arguments: given = [] }: FieldNode, declared: unknown): boolean => {
  if (!isRecord(declared)) return declared === true;
  const value = given.find(({ name }) => name.value === declared['argument'])?.value;
  return value?.kind === Kind.VARIABLE || (value?.kind === Kind.ENUM && value.value === declared['value']);
};

/** What is being counted: an operation, or a fragment by itself, which is validated even where it is never spread. */
interface Counted {
  readonly rootFields: Readonly<Record<string, GraphQLField<unknown, unknown>>>;
  aliases: number;
  directives: number;
  roots: number;
  costly: number;
}

interface Position {
  readonly depth: number;
  readonly spread: readonly string[];
  readonly place: Place;
}

/** Spreads in all operations of a document together, as a multiple of those in one. */
const DOCUMENT_FACTOR = 4;

/** Counts one document against the limits, and stops at the first that is passed. */
class LimitCounter {
  readonly #context: ValidationContext;
  readonly #limits: OperationLimits;
  readonly #repeated: ReadonlySet<SelectionNode>;
  /** Fragments that were counted where they are spread. */
  readonly #reached = new Set<string>();
  /** Of the operation that is counted, and of all before it: a bomb of fragments costs no more than the limit. */
  #spreads = 0;
  #allSpreads = 0;

  constructor(context: ValidationContext, limits: OperationLimits) {
    this.#context = context;
    this.#limits = limits;
    this.#repeated = findRepeatedFields(context.getDocument());
  }

  /** Operations first: a fragment that none of them spreads is validated all the same. */
  findPassed({ definitions }: DocumentNode): GraphQLError | undefined {
    for (const node of definitions) {
      const error = node.kind === Kind.OPERATION_DEFINITION ? this.#count(node) : undefined;
      if (error !== undefined) return error;
    }
    for (const node of definitions) {
      const isLeft = node.kind === Kind.FRAGMENT_DEFINITION && !this.#reached.has(node.name.value);
      const error = isLeft ? this.#count(node) : undefined;
      if (error !== undefined) return error;
    }
    return undefined;
  }

  #count(node: OperationDefinitionNode | FragmentDefinitionNode): GraphQLError | undefined {
    const isOperation = node.kind === Kind.OPERATION_DEFINITION;
    const rootType = isOperation ? this.#context.getSchema().getRootType(node.operation) : undefined;
    const counted: Counted = {
      rootFields: rootType?.getFields() ?? {},
      aliases: 0,
      directives: node.directives?.length ?? 0,
      roots: 0,
      costly: 0,
    };
    const spread = isOperation ? [] : [node.name.value];
    this.#spreads = 0;
    // How deep a fragment is counts where it is spread.
    const depth = isOperation ? 1 : -Infinity;
    return this.#visit(node.selectionSet, counted, { depth, spread, place: new Place() });
  }

  #visit(set: SelectionSetNode, counted: Counted, position: Position): GraphQLError | undefined {
    const { maxDepth, maxDirectives } = this.#limits;
    if (position.depth > maxDepth) return refuse('a depth', position.depth, maxDepth);
    for (const selection of set.selections) {
      counted.directives += selection.directives?.length ?? 0;
      if (counted.directives > maxDirectives)
        return refuse('a number of directives', counted.directives, maxDirectives);
      const error = this.#visitSelection(selection, counted, position);
      if (error !== undefined) return error;
    }
    return undefined;
  }

  #visitSelection(selection: SelectionNode, counted: Counted, position: Position): GraphQLError | undefined {
    if (selection.kind === Kind.FIELD) return this.#visitField(selection, counted, position);
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return this.#visit(selection.selectionSet, counted, position);
    const name = selection.name.value;
    const fragment = this.#context.getFragment(name);
    // A cycle or an unknown fragment is another rule's to report.
    if (!fragment || position.spread.includes(name)) return undefined;
    this.#reached.add(name);
    this.#spreads += 1;
    this.#allSpreads += 1;
    const { maxTokens } = this.#limits;
    const maxAllSpreads = DOCUMENT_FACTOR * maxTokens;
    if (this.#spreads > maxTokens) return refuse('a number of fragment spreads', this.#spreads, maxTokens);
    if (this.#allSpreads > maxAllSpreads)
      return refuse('a number of fragment spreads in its document', this.#allSpreads, maxAllSpreads);
    return this.#visit(fragment.selectionSet, counted, { ...position, spread: [...position.spread, name] });
  }

  #visitField(field: FieldNode, counted: Counted, position: Position): GraphQLError | undefined {
    const { maxAliases, maxRepeatedFields } = this.#limits;
    if (field.alias !== undefined) counted.aliases += 1;
    if (counted.aliases > maxAliases) return refuse('a number of aliases', counted.aliases, maxAliases);
    const place = position.place.below((field.alias ?? field.name).value);
    if (!this.#repeated.has(field)) place.fields.add(field);
    if (place.fields.size > maxRepeatedFields)
      return refuse('a number of selections of one field', place.fields.size, maxRepeatedFields);
    const error = position.depth === 1 ? this.#enterRoot(field, counted) : undefined;
    if (error !== undefined || !field.selectionSet) return error;
    const depth = INTROSPECTION_FIELDS.has(field.name.value) ? -Infinity : position.depth + 1;
    return this.#visit(field.selectionSet, counted, { ...position, depth, place });
  }

  #enterRoot(field: FieldNode, counted: Counted): GraphQLError | undefined {
    const { maxRootFields, maxCostlyRootFields } = this.#limits;
    counted.roots += 1;
    if (costsMoney(field, counted.rootFields[field.name.value]?.extensions['costsMoney']))
      counted.costly += 1;
    if (counted.roots > maxRootFields) return refuse('a number of root fields', counted.roots, maxRootFields);
    if (counted.costly > maxCostlyRootFields)
      return refuse('a number of generations', counted.costly, maxCostlyRootFields);
    return undefined;
  }
}

/**
 * A validation rule for depth, aliases, directives, root fields and repeated fields, with fragments counted where they are
 * spread. Reports the first limit passed and stops there.
 */
export const createLimitRule =
  (limits: OperationLimits) =>
  (context: ValidationContext): ASTVisitor => {
    const counter = new LimitCounter(context, limits);
    return {
      Document(document) {
        const error = counter.findPassed(document);
        if (error !== undefined) context.reportError(error);
        return error === undefined ? false : BREAK;
      },
    };
  };

/** A validation rule for the length of names: as many errors as a document has may quote the name of its operation. */
export const createNameRule =
  ({ maxNameLength }: OperationLimits) =>
  (context: ValidationContext): ASTVisitor => ({
    Name({ value }) {
      if (value.length <= maxNameLength) return undefined;
      context.reportError(refuse('a name with a length', value.length, maxNameLength));
      return BREAK;
    },
  });
