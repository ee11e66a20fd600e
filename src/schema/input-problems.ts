import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import { findSimilar } from '../lib/nearest.ts';
import { shorten } from '../lib/shorten.ts';

export interface InputProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface InputProblemOptions {
  /** So many problems are looked for, and no more. */
  readonly most: number;
  /** Names of the schema are not told to a client that misspells them. */
  readonly hideSuggestions: boolean;
  /** Called with each value that is visited, for tests that count work. */
  readonly count?: () => void;
}

type Path = readonly (string | number)[];
type Entries = Readonly<Record<string, unknown>>;

const MAX_MESSAGE_LENGTH = 300;
const MAX_SHOWN = 100;
const MAX_NAME_LENGTH = 64;

/** A value as far as it identifies itself: whole texts and objects would be quoted once for each problem in them. */
const show = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(shorten(value, MAX_SHOWN));
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${value.length} items]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const [name] = Object.keys(value);
  return name === undefined ? '{}' : `{ ${shorten(name, MAX_NAME_LENGTH)}: … }`;
};

const isEntries = (value: unknown): value is Entries =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether it can be compared with every name of an enum. */
const isShort = (value: unknown): boolean =>
  typeof value === 'string' ? value.length <= MAX_MESSAGE_LENGTH : typeof value !== 'object';

/** A number whose digits were kept, as JavaScript has it: scalars of GraphQL know no other. */
const withPlainNumber = (value: unknown, { name }: GraphQLLeafType): unknown =>
  JSON.isRawJSON(value) && name !== 'JSON' ? Number(value.rawJSON) : value;

/** One search for what is wrong with a value. */
class Search {
  readonly found: InputProblem[] = [];
  readonly #options: InputProblemOptions;

  constructor(options: InputProblemOptions) {
    this.#options = options;
  }

  get isOver(): boolean {
    return this.found.length >= this.#options.most;
  }

  visit(value: unknown, type: GraphQLInputType, path: Path): void {
    if (this.isOver) return;
    this.#options.count?.();
    if (isNonNullType(type)) {
      if (value === undefined)
        this.#report(path, `Expected a value of non-null type "${String(type)}" to be provided.`);
      else if (value === null)
        this.#report(path, `Expected value of non-null type "${String(type)}" not to be null.`);
      else this.visit(value, type.ofType, path);
    } else if (value === undefined || value === null) return;
    else if (isListType(type)) {
      if (Array.isArray(value)) this.#visitItems(value, type.ofType, path);
      else this.visit(value, type.ofType, path);
    } else if (!isInputObjectType(type)) this.#visitLeaf(value, type, path);
    else if (isEntries(value)) this.#visitEntries(value, type, path);
    else
      this.#report(path, `Expected value of type "${String(type)}" to be an object, found: ${show(value)}.`);
  }

  #visitItems(items: readonly unknown[], type: GraphQLInputType, path: Path): void {
    for (const [index, item] of items.entries()) {
      if (this.isOver) return;
      this.visit(item, type, [...path, index]);
    }
  }

  #visitEntries(value: Entries, type: GraphQLInputObjectType, path: Path): void {
    const fields = type.getFields();
    for (const field of Object.values(fields)) {
      const entry = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
      if (entry !== undefined) this.visit(entry, field.type, [...path, field.name]);
      else if (isRequiredInputField(field))
        this.#report(
          path,
          `Expected value of type "${String(type)}" to include required field "${field.name}", found: ${show(value)}.`,
        );
    }
    const given = Object.keys(value).filter((name) => value[name] !== undefined);
    for (const name of given) {
      if (this.isOver) return;
      this.#options.count?.();
      if (!Object.hasOwn(fields, name)) this.#reportUnknown(name, type, path);
    }
    const known = given.filter((name) => Object.hasOwn(fields, name));
    const [only] = known;
    if (type.isOneOf && (known.length !== 1 || (only !== undefined && value[only] === null)))
      this.#report(
        path,
        `Within OneOf Input Object type "${String(type)}", exactly one field must be specified, and the value for that field must be non-null.`,
      );
  }

  #reportUnknown(name: string, type: GraphQLInputObjectType, path: Path): void {
    const similar =
      this.#options.hideSuggestions || name.length > MAX_NAME_LENGTH
        ? undefined
        : findSimilar(name, Object.keys(type.getFields()));
    const suggestion = similar === undefined ? '' : ` Did you mean "${similar}"?`;
    this.#report(
      path,
      `Expected value of type "${String(type)}" not to include unknown field "${shorten(name, MAX_NAME_LENGTH)}".${suggestion}`,
    );
  }

  /** The type says what is wrong with a value. What a long one may have meant is not looked for. */
  #visitLeaf(value: unknown, type: GraphQLLeafType, path: Path): void {
    let reason: string | undefined;
    try {
      // Its words are for a number of JavaScript; one of more digits is taken as JSON alone.
      const plain = withPlainNumber(value, type);
      if (type.coerceInputValue(plain, this.#options.hideSuggestions || !isShort(plain)) !== undefined) {
        if (plain !== value) this.#report(path, `${type.name} cannot represent a number of so many digits.`);
        return;
      }
    } catch (error) {
      if (error instanceof Error) reason = error.message;
    }
    this.#report(path, reason ?? `Expected value of type "${String(type)}", found: ${show(value)}.`);
  }

  #report(path: Path, message: string): void {
    if (!this.isOver) this.found.push({ path, message: shorten(message, MAX_MESSAGE_LENGTH) });
  }
}

/**
 * What is wrong with a value of a client for an input type, in graphql's own words, in the order in which it would be met; empty
 * where nothing is. Linear in the size of the value, however many problems it has: graphql's own search goes on to the end, and
 * quotes the whole object for each of them.
 */
export const findInputProblems = (
  value: unknown,
  type: GraphQLInputType,
  options: InputProblemOptions,
): readonly InputProblem[] => {
  const search = new Search(options);
  search.visit(value, type, []);
  return search.found;
};
