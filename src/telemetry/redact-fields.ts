import { redactSecrets } from '../core/secrets.ts';

/** Deeper than fields of our own and the causes of errors. */
const MAX_DEPTH = 8;

/** In place of an object that is in itself, as a log writes it anyway. */
const CIRCULAR = '[Circular]';

/** What a class has made, such as a socket, may lead to everything there is. */
const isPlain = (value: object): value is Readonly<Record<string, unknown>> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Redacts the fields of one line. What holds no secret stays the same object. */
class Redaction {
  readonly #known = new Map<object, unknown>();

  redact(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return redactSecrets(value);
    if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
    if (this.#known.has(value)) return this.#known.get(value);
    this.#known.set(value, CIRCULAR);
    const redacted = this.#redactObject(value, depth + 1);
    this.#known.set(value, redacted);
    return redacted;
  }

  #redactObject(value: object, depth: number): unknown {
    if (value instanceof Error) return this.#redactError(value, depth);
    if (Array.isArray(value)) return this.#redactList(value, depth);
    return isPlain(value) ? this.#redactRecord(value, depth) : value;
  }

  /** An error of the same kind. */
  #redactError(error: Error, depth: number): Error {
    const changed = Reflect.ownKeys(error).flatMap((name) => {
      const value: unknown = Reflect.get(error, name);
      const redacted = this.redact(value, depth);
      return redacted === value ? [] : [[name, redacted] as const];
    });
    if (changed.length === 0) return error;
    const copy = Object.create(
      Object.getPrototypeOf(error) as object,
      Object.getOwnPropertyDescriptors(error),
    ) as Error;
    for (const [name, value] of changed) {
      const enumerable = Object.getOwnPropertyDescriptor(error, name)?.enumerable === true;
      Object.defineProperty(copy, name, { value, enumerable, writable: true, configurable: true });
    }
    return copy;
  }

  #redactList(list: readonly unknown[], depth: number): readonly unknown[] {
    const redacted = list.map((item) => this.redact(item, depth));
    return redacted.every((item, at) => item === list[at]) ? list : redacted;
  }

  #redactRecord(record: Readonly<Record<string, unknown>>, depth: number): Readonly<Record<string, unknown>> {
    const redacted = new Map<string, unknown>();
    let isSame = true;
    for (const [name, value] of Object.entries(record)) {
      const [newName, newValue] = [redactSecrets(name), this.redact(value, depth)];
      isSame &&= newName === name && newValue === value;
      redacted.set(newName, newValue);
    }
    return isSame ? record : Object.fromEntries(redacted);
  }
}

type LogFields = Readonly<Record<string, unknown>>;

/** The fields of a log line without the keys of this server; the same object where there are none in it. */
export const redactFields = (fields: LogFields): LogFields => new Redaction().redact(fields, 0) as LogFields;
