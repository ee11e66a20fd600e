import type { ModelgraphOptions } from './modelgraph.ts';
import type { ModelgraphError } from './modelgraph-error.ts';

export interface ReconnectSettings {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly giveUpAfterMs: number;
  /** Whether a refused token can be asked for once more. */
  readonly renewsToken: boolean;
}

export const toReconnectSettings = ({
  reconnect,
  token,
}: Pick<ModelgraphOptions, 'reconnect' | 'token'>): ReconnectSettings => ({
  baseDelayMs: reconnect?.baseDelayMs ?? 250,
  maxDelayMs: reconnect?.maxDelayMs ?? 10_000,
  giveUpAfterMs: reconnect?.giveUpAfterMs ?? 300_000,
  renewsToken: typeof token === 'function',
});

/** A refusal that repeats itself is final after this many in a row: a defect, or a limit that is not lifted. */
const MAX_REFUSALS = 3;
/** A server that asks for a longer pause is not waited for: its caller decides. */
const MAX_RATE_LIMIT_WAIT_MS = 10_000;
/** A connection that was held for this long was a good one: what follows is counted anew. */
const GOOD_AFTER_MS = 10_000;

/** What a try and its pause take beyond this, the device has slept: that time is not the server's. */
const LONGEST_TRY_MS = 60_000;

/** A pause that doubles has passed every other bound after so many failures. */
const MAX_DOUBLINGS = 40;
/** A longer timer would end at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Another try is worth its while for as long as the server is away, whatever stands in between. A request that is answered
 * GENERATION_INTERRUPTED has reached a server that shuts down; a generation that was interrupted ends with an event.
 */
const AWAY: ReadonlySet<string> = new Set([
  'SERVER_AWAY',
  'OFFLINE',
  'SERVICE_UNAVAILABLE',
  'GENERATION_INTERRUPTED',
]);
const REPEATED: ReadonlySet<string> = new Set(['INTERNAL', 'BAD_RESPONSE', 'RATE_LIMITED']);

/** How the tries of one stream are spaced, and when an error is final: backoff with full jitter. */
export class ReconnectPolicy {
  readonly #settings: ReconnectSettings;
  #failures = 0;
  #refusals = 0;
  #tokenRefused = false;
  /** For how long the tries have failed, up to the last failure. */
  #failingMs = 0;
  #failedAt = 0;
  #pauseMs = 0;
  #openSince: number | undefined;

  constructor(settings: ReconnectSettings) {
    this.#settings = settings;
  }

  opened(): void {
    this.#openSince = performance.now();
  }

  /** Something has come of the connection. */
  progressed(): void {
    this.#failures = 0;
    this.#refusals = 0;
    this.#tokenRefused = false;
    this.#failingMs = 0;
  }

  /** The pause before the next try, in milliseconds; undefined: the error is final. */
  findPauseMs(error: ModelgraphError): number | undefined {
    const now = performance.now();
    if (this.#openSince !== undefined && now - this.#openSince >= GOOD_AFTER_MS) this.progressed();
    this.#openSince = undefined;
    if (this.#failures > 0) this.#failingMs += Math.min(now - this.#failedAt, this.#pauseMs + LONGEST_TRY_MS);
    this.#failedAt = now;
    if (!this.#isWorthATry(error)) return undefined;
    const { baseDelayMs, maxDelayMs, giveUpAfterMs } = this.#settings;
    const ceilingMs = Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(this.#failures, MAX_DOUBLINGS));
    this.#failures += 1;
    const wantedMs = Math.max(Math.random() * ceilingMs, error.retryAfterMs ?? 0);
    this.#pauseMs = Math.min(wantedMs, MAX_TIMER_MS);
    return this.#failingMs + wantedMs > giveUpAfterMs ? undefined : this.#pauseMs;
  }

  #isWorthATry({ code, retryable, retryAfterMs = 0 }: ModelgraphError): boolean {
    if (AWAY.has(code)) return true;
    if (code === 'UNAUTHENTICATED') {
      if (this.#tokenRefused || !this.#settings.renewsToken) return false;
      this.#tokenRefused = true;
      return true;
    }
    if (!retryable || !REPEATED.has(code)) return false;
    if (code === 'RATE_LIMITED' && retryAfterMs > MAX_RATE_LIMIT_WAIT_MS) return false;
    this.#refusals += 1;
    return this.#refusals <= MAX_REFUSALS;
  }
}
