import { type GenerationEvent, isTerminalEvent } from '../../../core/generation-event.ts';
import type { Generation } from '../../../core/generation.ts';
import { toClosingEvents } from '../events/closing-events.ts';
import type { EventReader } from '../events/event-reader.ts';

export interface MirrorReaderOptions {
  /** Of what this node has of the log. */
  readonly events: EventReader;
  /** The last sequence the subscriber has. */
  readonly after: number;
  /** The final record of the generation, once its log has ended; throws where it cannot be read. */
  readonly getFinal: () => Promise<Generation>;
  /** Called once, when nothing more is read. */
  readonly onEnd: () => void;
}

type Item = IteratorResult<GenerationEvent, undefined>;

const OVER = { done: true, value: undefined } as const;

/**
 * Reads the mirrored log of another node's generation to its terminal event, which it makes from the final record where
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
      this.#closing = [...toClosingEvents(await this.#getFinal(), this.#last)];
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

  async #getFinal(): Promise<Generation> {
    try {
      return await this.#options.getFinal();
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
