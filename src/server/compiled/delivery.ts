import type { ExecutionResult } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { atEndOfTurn } from '../../lib/end-of-turn.ts';
import { toReadyIterator } from '../../lib/ready-iterator.ts';
import { boundResult } from '../answer-size.ts';
import { type MaskError, toStreamedResult } from '../mask-error.ts';
import type { OperationResult } from '../prepare-operation.ts';
import { OpenSubscription } from './subscribe.ts';

/** Where the results of an operation go. */
export interface ResultSink {
  /** Whether a result is written with the id of its event, which costs making one; left out: it is not. */
  readonly takesIds?: boolean;
  /** Takes a result; what is taken in one turn of the event loop is sent together. */
  write(result: ExecutionResult, id?: string): void;
  /** Takes the JSON of a result, in UTF-8 as `toByteText` gives it; left out: it takes results only. */
  writeJson?(json: string, id?: string): void;
  /** What has to be waited for before more is written, while the client is behind. */
  full(): Promise<void> | undefined;
}

/** An operation that has been started. */
export interface RunningOperation {
  /** Resolves once all its results have been written, or it was left and has come to its end. Never rejects. */
  readonly ended: Promise<void>;
  /** Aborts it, for a reason if one is given; nothing more is written. */
  leave(reason?: Error): void;
}

export interface DeliveryOptions {
  readonly open: () => Promise<OperationResult>;
  readonly controller: AbortController;
  readonly maskError: MaskError;
  readonly onEnd: () => void;
  readonly sink: ResultSink;
}

const ignore = (): void => undefined;

/** Results that a plugin has wrapped: each of them is ready as it comes. */
const toSubscription = (results: AsyncIterable<ExecutionResult>): OpenSubscription =>
  new OpenSubscription(toReadyIterator(results), (result) => result as ExecutionResult);

/**
 * Moves the results of an operation, one or many, into a sink, in order. Events that are there are taken without a
 * promise for each, in one go at the end of the turn; nothing is taken while the sink is full.
 */
export class Delivery implements RunningOperation {
  readonly ended: Promise<void>;
  readonly #options: Omit<DeliveryOptions, 'open'>;
  readonly #settle: () => void;
  #subscription: OpenSubscription | undefined;
  #isOpening = true;
  #isOver = false;

  constructor({ open, ...options }: DeliveryOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#settle = resolve;
    // What cannot be written is a defect of this server, which the process logs.
    void this.#start(open);
  }

  leave(reason?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.controller.abort(reason);
    this.#returnEvents();
    if (!this.#isOpening) this.#settle();
    this.#options.onEnd();
  }

  /** What opens it holds the request, and is not kept. */
  async #start(open: DeliveryOptions['open']): Promise<void> {
    try {
      const result = await open();
      this.#isOpening = false;
      if (isAsyncIterable(result))
        this.#subscription = result instanceof OpenSubscription ? result : toSubscription(result);
      if (this.#isOver) {
        // A client that has left is sent nothing more, not even that the operation was cancelled.
        this.#returnEvents();
        this.#settle();
      } else if (isAsyncIterable(result)) this.#pump();
      else {
        this.#put(result);
        this.#end();
      }
    } catch (error) {
      this.#isOpening = false;
      this.#fail(error);
    }
  }

  readonly #pump = (): void => {
    try {
      this.#waitFor(this.#moveReady());
    } catch (error) {
      this.#fail(error);
    }
  };

  readonly #wake = (): void => atEndOfTurn(this.#pump);

  #waitFor(waited: Promise<void> | undefined): void {
    waited?.then(this.#pump, (error: unknown) => this.#fail(error));
  }

  /** Moves what is there. Gives what has to be waited for before more is moved, if it is not the events themselves. */
  #moveReady(): Promise<void> | undefined {
    const events = this.#subscription?.events;
    if (events === undefined) return undefined;
    while (!this.#isOver) {
      const full = this.#options.sink.full();
      if (full !== undefined) return full;
      const event = events.take();
      if (event !== undefined) {
        const late = this.#write(event);
        if (late !== undefined) return late;
      } else if (events.hasEnded) this.#end();
      else {
        events.whenReady(this.#wake);
        break;
      }
    }
    return undefined;
  }

  /** Writes the result of an event; a promise where making it takes time. */
  #write(event: unknown): Promise<void> | undefined {
    const subscription = this.#subscription;
    if (subscription === undefined) return undefined;
    const { sink } = this.#options;
    const id = sink.takesIds === true ? subscription.toEventId?.(event) : undefined;
    if (sink.writeJson !== undefined) {
      const json = subscription.toJson?.(event, subscription.events.isShared === true);
      if (json !== undefined) {
        sink.writeJson(json, id);
        return undefined;
      }
    }
    const result = subscription.toResult(event);
    if (result instanceof Promise) return result.then((late) => this.#put(late, id));
    this.#put(result, id);
    return undefined;
  }

  #put(result: ExecutionResult, id?: string): void {
    if (!this.#isOver) this.#options.sink.write(toStreamedResult(boundResult(result)), id);
  }

  /** Ends it also where not even the error can be written. */
  #fail(error: unknown): void {
    try {
      this.#put({ errors: [this.#options.maskError(error)] });
    } finally {
      this.#end();
    }
  }

  #end(): void {
    if (this.#isOver) return this.#settle();
    this.#isOver = true;
    this.#returnEvents();
    this.#settle();
    this.#options.onEnd();
  }

  /** What a source throws while it is returned concerns no client: the operation is over. */
  #returnEvents(): void {
    this.#subscription?.events.return().catch(ignore);
  }
}
