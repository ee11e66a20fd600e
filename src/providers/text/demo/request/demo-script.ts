import type { ErrorCode } from '../../../../core/errors.ts';
import type { TextRequest } from '../../../../core/text-request.ts';
import type { Source } from './subject-answer.ts';

/**
 * What a demo model does next. Texts are whole here: playing a script cuts them into deltas.
 * A script that runs out ends the turn; `end-without-finish` and `fail` end it in the ways a provider should not.
 */
export type DemoStep =
  | { readonly type: 'reasoning'; readonly text: string }
  | { readonly type: 'text'; readonly text: string }
  /** Followed by a citation of the source, for the whole of this text. */
  | { readonly type: 'cited-text'; readonly text: string; readonly source: Source }
  | {
      readonly type: 'tool-call';
      readonly callId: string;
      readonly name: string;
      /** Not necessarily JSON: text that is none fails the turn, as it does with a real model. */
      readonly argumentsText: string;
    }
  | { readonly type: 'silence' }
  /** Ends the turn as a filter for content does. */
  | { readonly type: 'refuse' }
  | { readonly type: 'end-without-finish' }
  | { readonly type: 'fail'; readonly code: ErrorCode; readonly retryAfterMs: number | null };

/** Pure: the same request gives the same steps, always. */
export type DemoScript = (request: TextRequest) => Iterable<DemoStep>;
