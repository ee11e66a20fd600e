import type { Problem } from '../../../core/errors.ts';
import type { ProviderKeys } from '../../../core/provider-keys.ts';
import type { GenerateInput } from '../../../core/generate-input.ts';
import type { JsonValue } from '../../../core/json.ts';
import type { Principal } from '../../../core/principal.ts';

/**
 * One request as it was handed in, or why it could not be read. `path` of those problems begins at the request itself
 * (`['customId']`, `['input', 'temperature']`, `[]`). `line`: the position its problems are reported under, from 0, where
 * that is not the number of requests before it (a file with blank lines).
 */
export type BatchSubmissionLine = { readonly line?: number } & (
  | { readonly customId: string; readonly input: GenerateInput }
  | { readonly problems: readonly [Problem, ...Problem[]] }
);

export interface BatchSubmission {
  readonly principal: Principal;
  /** Left out: the caller has brought none. A batch is refused with some. */
  readonly providerKeys?: ProviderKeys;
  readonly displayName: string | null;
  readonly metadata: JsonValue | null;
  readonly idempotencyKey: string | null;
  readonly requests: AsyncIterable<BatchSubmissionLine>;
  /** The field they came in, for the paths of problems. */
  readonly source: 'requests' | 'file';
  readonly signal: AbortSignal;
}
