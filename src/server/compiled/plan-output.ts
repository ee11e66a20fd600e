import { toByteText } from '../../lib/to-byte-text.ts';
import { toJsonString } from '../../lib/to-json-string.ts';
import { ONLY_THIS_TIME } from './not-planned.ts';

export type ArgumentValues = Readonly<Record<string, unknown>>;

export const NO_VALUES: ArgumentValues = {};

/** What a plan does with a field of an object. */
export interface FieldReader<T> {
  readonly key: string;
  readonly read: (source: unknown, context: unknown, values: ArgumentValues) => T;
}

/** Gives an object of fields. `values`: the arguments of each, in the order of the fields. */
export type ObjectReader<T> = (source: unknown, context: unknown, values: readonly ArgumentValues[]) => T;

/** What a plan makes of what it reads. */
export interface PlanOutput<T> {
  /** Of null. */
  readonly nothing: T;
  /** Of what a leaf type gives, which is neither null nor undefined. */
  leaf(value: unknown): T;
  list(items: readonly T[]): T;
  object(fields: readonly FieldReader<T>[]): ObjectReader<T>;
}

/** The values themselves. */
export const VALUES: PlanOutput<unknown> = {
  nothing: null,
  leaf: (value) => value,
  list: (items) => items,
  object: (fields) => (source, context, values) => {
    const result: Record<string, unknown> = {};
    let index = 0;
    for (const { key, read } of fields) {
      result[key] = read(source, context, values[index] ?? NO_VALUES);
      index += 1;
    }
    return result;
  },
};

/** Characters of one result above which it is not made at once: its size is measured before it is written then. */
const MAX_LENGTH = 1_048_576;

let left = MAX_LENGTH;

const count = (text: string): string => {
  left -= text.length;
  if (left < 0) throw ONLY_THIS_TIME;
  return text;
};

const toOtherJson = (value: unknown): string => {
  const json: string | undefined = JSON.stringify(value);
  if (json === undefined) throw ONLY_THIS_TIME;
  return toByteText(json);
};

const toJson = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      // Escapes may make it six times as long.
      if (value.length > left) throw ONLY_THIS_TIME;
      return toJsonString(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null';
    case 'boolean':
      return String(value);
    default:
      return toOtherJson(value);
  }
};

/** Their JSON, in UTF-8 as `toByteText` gives it: an event becomes a frame without an object in between. */
export const JSON_TEXT: PlanOutput<string> = {
  nothing: 'null',
  leaf: (value) => count(toJson(value)),
  list: (items) => `[${items.join(',')}]`,
  object(fields) {
    const parts = fields.map(({ key, read }, index) => ({
      before: `${index === 0 ? '{' : ','}"${key}":`,
      read,
    }));
    const after = parts.length === 0 ? '{}' : '}';
    return (source, context, values) => {
      let json = '';
      let index = 0;
      for (const { before, read } of parts) {
        count(before);
        json += before + read(source, context, values[index] ?? NO_VALUES);
        index += 1;
      }
      return json + after;
    };
  },
};

/** Has to be called before each result that is made of `JSON_TEXT`. */
export const beginJsonText = (): void => {
  left = MAX_LENGTH;
};
