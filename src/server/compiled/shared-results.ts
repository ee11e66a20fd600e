import { atEndOfTurn } from '../../lib/end-of-turn.ts';

/** Thrown where the result of an event depends on the request that it is made for. */
const NEEDS_REQUEST = new Error('The result differs from request to request.');

const refuse = (): never => {
  throw NEEDS_REQUEST;
};

/** Stands for the context, and for the arguments, of no request in particular: reading anything of it throws. */
export const NO_REQUEST: Readonly<Record<string, never>> = new Proxy(
  {},
  { get: refuse, has: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse },
);

/**
 * What several subscribers with one document are sent of the same events in one turn of the event loop: each result is made once,
 * and kept until the turn ends. Only what reads nothing of a request is shared.
 */
export class SharedResults<T> {
  readonly #make: (event: unknown) => T;
  readonly #results = new Map<unknown, { readonly result: T } | 'differs'>();

  /** `make`: makes the result of an event with `NO_REQUEST` in place of the context and of arguments. */
  constructor(make: (event: unknown) => T) {
    this.#make = make;
  }

  /** Undefined for an event whose result differs from request to request. Throws what `make` throws otherwise. */
  find(event: unknown): T | undefined {
    let known = this.#results.get(event);
    if (known === undefined) {
      if (this.#results.size === 0) atEndOfTurn(this.#clear);
      known = this.#tryToMake(event);
      this.#results.set(event, known);
    }
    return known === 'differs' ? undefined : known.result;
  }

  readonly #clear = (): void => this.#results.clear();

  #tryToMake(event: unknown): { readonly result: T } | 'differs' {
    try {
      return { result: this.#make(event) };
    } catch (error) {
      if (error === NEEDS_REQUEST) return 'differs';
      throw error;
    }
  }
}
