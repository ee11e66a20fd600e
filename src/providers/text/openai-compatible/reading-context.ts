import type { ProviderLog } from '../../../core/text-provider.ts';

/** What a reader of a vendor's answer needs besides the answer. */
export interface ReadingContext {
  /** Named in errors and in the log. */
  readonly provider: string;
  readonly log: ProviderLog;
}
