/** For how long what one worker has read stands for all, in milliseconds. */
const FRESH_MS = 60_000;

export type ReadAnswer = { readonly value: unknown } | 'read it';

interface Source {
  /** The worker that reads it now; null: none does. */
  reader: number | null;
  readonly waiting: { readonly worker: number; readonly answer: (answer: ReadAnswer) => void }[];
  value: unknown;
  /** By `performance.now()`. */
  freshUntil: number;
}

/**
 * Sources that all workers read at about the same time, such as the lists of vendors: one of them reads each, and the others are
 * given what it has found. Where it could not, or has ended, the next one that waits reads.
 */
export class SharedReads {
  readonly #freshMs: number;
  readonly #sources = new Map<string, Source>();

  constructor(freshMs = FRESH_MS) {
    this.#freshMs = freshMs;
  }

  /** `answer` is called once. */
  ask(name: string, worker: number, answer: (answer: ReadAnswer) => void): void {
    const source = this.#sources.get(name) ?? {
      reader: null,
      waiting: [],
      value: undefined,
      freshUntil: Number.NEGATIVE_INFINITY,
    };
    this.#sources.set(name, source);
    if (performance.now() < source.freshUntil) answer({ value: source.value });
    else {
      source.waiting.push({ worker, answer });
      this.#goOn(source);
    }
  }

  /** `value` undefined: the worker could not read it. */
  settle(name: string, worker: number, value: unknown): void {
    const source = this.#sources.get(name);
    if (source?.reader !== worker) return;
    source.reader = null;
    if (value === undefined) this.#goOn(source);
    else {
      source.value = value;
      source.freshUntil = performance.now() + this.#freshMs;
      for (const { answer } of source.waiting.splice(0)) answer({ value });
    }
  }

  /** A worker has ended. */
  leave(worker: number): void {
    for (const source of this.#sources.values()) {
      const left = source.waiting.filter((waiting) => waiting.worker !== worker);
      source.waiting.splice(0, source.waiting.length, ...left);
      if (source.reader === worker) source.reader = null;
      this.#goOn(source);
    }
  }

  /** The operator asks for what is there now. */
  forget(): void {
    for (const source of this.#sources.values()) source.freshUntil = Number.NEGATIVE_INFINITY;
  }

  #goOn(source: Source): void {
    if (source.reader !== null) return;
    const next = source.waiting.shift();
    if (next === undefined) return;
    source.reader = next.worker;
    next.answer('read it');
  }
}
