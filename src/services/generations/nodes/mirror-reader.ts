import { type GenerationEvent, isTerminalEvent } from '../../../core/generation-event.ts';
import type { EventReader } from '../events/event-reader.ts';

export interface MirrorReaderOptions {
  /** Of what this node has of the log. */
  readonly events: EventReader;
  /** The last sequence the subscriber has. */
  readonly after: number;
  /** What is left of the generation after a sequence, once its log has ended; throws where it cannot be read. */
  readonly readEnd: (after: number) => Promise<readonly GenerationEvent[]>;
  /** Called once, when nothing more is read. */
  readonly onEnd: () => void;
}

type Item = IteratorResult<GenerationEvent, undefined>;

const OVER = { done: true, value: undefined } as const;

/**
 * Reads the mirrored log of another node's generation to its terminal event, which comes from the final record where
 * the log broke off before.
 */
export class MirrorReader implements AsyncIterableIterator<GenerationEvent, undefined, undefined> {
  readonly #options: MirrorReaderOptions;
  #last: number;
  /** What is left once the log has ended. */
  #closing: GenerationEvent[] | undefined;
  #hasLeft = false;

  constructor(options: MirrorReaderOptions) {
    this.#options = options;
    this.#last = options.after;
  }

  async next(): Promise<Item> {
    if (this.#closing === undefined) {
      const result = await this.#options.events.next();
      if (this.#hasLeft) return OVER;
      if (result.done !== true) {
        this.#last = result.value.sequence;
        if (isTerminalEvent(result.value)) this.#closing = [];
        return result;
      }
      this.#closing = [...(await this.#readEnd())];
    }
    const value = this.#hasLeft ? undefined : this.#closing.shift();
    if (value !== undefined) return { done: false, value };
    this.#leave();
    return OVER;
  }

  /** Takes effect at once, also while a `next()` is pending. */
  async return(): Promise<Item> {
    this.#leave();
    await this.#options.events.return();
    return OVER;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #readEnd(): Promise<readonly GenerationEvent[]> {
    try {
      return await this.#options.readEnd(this.#last);
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  #leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#options.onEnd();
  }
}
