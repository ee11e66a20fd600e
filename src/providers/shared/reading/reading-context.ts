import type { ProviderLog } from '../../../core/text-provider.ts';
import type { Batches } from '../call/event-batches.ts';

/** A stream's payloads, all that came at once together: at hand, or once the vendor has answered. */
export type Payloads<T> = Batches<T> | PromiseLike<Batches<T>>;

/** What a reader of a vendor's answer needs besides the answer. */
export interface ReadingContext {
  /** Named in errors and in the log. */
  readonly provider: string;
  readonly log: ProviderLog;
}
