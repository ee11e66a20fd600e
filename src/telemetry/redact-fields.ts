import { redactSecrets } from '../core/secrets.ts';
import { isRecord } from '../lib/is-record.ts';

/** Deeper than fields of our own and the causes of errors. */
const MAX_DEPTH = 8;

/** An error of the same kind with other texts; itself where they are the same. */
const redactError = (error: Error, depth: number): Error => {
  const changed = Reflect.ownKeys(error).flatMap((name) => {
    const value: unknown = Reflect.get(error, name);
    const redacted = redactValue(value, depth + 1);
    return redacted === value ? [] : [[name, redacted] as const];
  });
  if (changed.length === 0) return error;
  const copy = Object.create(Object.getPrototypeOf(error), Object.getOwnPropertyDescriptors(error)) as Error;
  for (const [name, value] of changed) {
    const enumerable = Object.getOwnPropertyDescriptor(error, name)?.enumerable === true;
    Object.defineProperty(copy, name, { value, enumerable, writable: true, configurable: true });
  }
  return copy;
};

const redactRecord = (record: Readonly<Record<string, unknown>>, depth: number): unknown => {
  const entries = Object.entries(record);
  const redacted = entries.map(
    ([name, value]) => [redactSecrets(name), redactValue(value, depth + 1)] as const,
  );
  const isSame = redacted.every(
    ([name, value], at) => name === entries[at]?.[0] && value === entries[at]?.[1],
  );
  return isSame ? record : Object.fromEntries(redacted);
};

const redactList = (list: readonly unknown[], depth: number): readonly unknown[] => {
  const redacted = list.map((item) => redactValue(item, depth + 1));
  return redacted.every((item, at) => item === list[at]) ? list : redacted;
};

const redactValue = (value: unknown, depth: number): unknown => {
  if (typeof value === 'string') return redactSecrets(value);
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return redactList(value, depth);
  return isRecord(value) ? redactRecord(value, depth) : value;
};

type LogFields = Readonly<Record<string, unknown>>;

/** The fields of a log line without the keys of this server; the same object where there are none in it. */
export const redactFields = (fields: LogFields): LogFields => redactRecord(fields, 0) as LogFields;
