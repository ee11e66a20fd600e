import type { ProviderLog } from '../../../core/text-provider.ts';

/** A stream's payloads: at hand, or once the vendor has answered. */
export type Payloads<T> = Iterable<T> | AsyncIterable<T> | PromiseLike<AsyncIterable<T>>;

/** What a reader of a vendor's answer needs besides the answer. */
export interface ReadingContext {
  /** Named in errors and in the log. */
  readonly provider: string;
  readonly log: ProviderLog;
}
