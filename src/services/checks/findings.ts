import { createProblem, type ErrorCode, type Problem, type ProblemDetails } from '../../core/errors.ts';
import type { OnUnsupported } from '../../core/generate-input.ts';
import type { Warning, WarningCode } from '../../core/generation.ts';
import type { JsonValue } from '../../core/json.ts';

/** Most problems, and most warnings, of one request: more of them say nothing new. */
const MAX_FOUND = 100;

/** What a check found: problems reject the request, warnings travel with it. */
export class Findings {
  readonly problems: Problem[] = [];
  readonly warnings: Warning[] = [];
  readonly #onUnsupported: OnUnsupported;

  constructor(onUnsupported: OnUnsupported) {
    this.#onUnsupported = onUnsupported;
  }

  /** Whether no further problem is taken: what is left need not be checked. */
  get hasEnough(): boolean {
    return this.problems.length >= MAX_FOUND;
  }

  reject(code: ErrorCode, path: readonly string[], message: string, details: ProblemDetails = {}): void {
    if (!this.hasEnough) this.problems.push(createProblem(code, path, message, details));
  }

  warn(
    code: WarningCode,
    message: string,
    change: Partial<Pick<Warning, 'path' | 'from' | 'to'>> = {},
  ): void {
    if (this.warnings.length >= MAX_FOUND) return;
    this.warnings.push({
      code,
      message,
      path: change.path ?? null,
      from: change.from ?? null,
      to: change.to ?? null,
    });
  }

  /**
   * The one rule for what a model does not take: rejected with the way out, or, where the caller asked for it, replaced
   * by `to` (null: dropped) and reported. Never silent.
   */
  unsupported(
    found: {
      readonly path: readonly string[];
      readonly from: JsonValue;
      readonly message: string;
      readonly allowed: readonly string[];
      readonly suggestion: string;
    },
    change: { readonly code: WarningCode; readonly to: JsonValue },
  ): void {
    if (this.#onUnsupported === 'reject') {
      const { path, message, allowed, suggestion } = found;
      this.reject('UNSUPPORTED_CAPABILITY', path, message, { allowed, suggestion });
      return;
    }
    this.warn(change.code, found.message, { path: found.path, from: found.from, to: change.to });
  }
}
