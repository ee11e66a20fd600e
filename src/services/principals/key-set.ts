import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { ModelgraphError } from '../../core/errors.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { readBoundedText } from '../../lib/read-bounded-text.ts';

export interface KeySetTiming {
  /** How long after one fetch an unknown key, or a failure, leads to another one, in milliseconds. */
  readonly cooldownMs: number;
  /** The same while no keys could be fetched yet: without any, no user is let in. */
  readonly firstCooldownMs: number;
  /** How long keys are believed before they are fetched again, in milliseconds: so long a withdrawn key still serves. */
  readonly maxAgeMs: number;
  /** The longest that one fetch takes, in milliseconds. */
  readonly timeoutMs: number;
}

export const KEY_SET_TIMING: KeySetTiming = {
  cooldownMs: 30_000,
  firstCooldownMs: 2_000,
  maxAgeMs: 600_000,
  timeoutMs: 5_000,
};

export interface KeySetOptions {
  readonly url: string;
  readonly log: ServiceLog;
  readonly timing: KeySetTiming;
  /** A clock in milliseconds that never goes back. */
  readonly elapsedMs: () => number;
}

const MAX_BYTES = 512 * 1024;

const isAway = (): ModelgraphError =>
  new ModelgraphError(
    'SERVICE_UNAVAILABLE',
    'The keys of the identity provider cannot be fetched, so that tokens cannot be verified. Send the request again later.',
  );

/** Throws where they cannot be had, where they have another form, and what the signal was aborted with. */
export const fetchKeySet = async (url: string, signal: AbortSignal): Promise<JSONWebKeySet> => {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    // Another address would be another issuer's word.
    redirect: 'error',
    signal,
  });
  if (!response.ok || response.body === null) throw new Error(`the answer has the status ${response.status}`);
  const text = await readBoundedText(response.body, MAX_BYTES);
  if (text === undefined) throw new Error(`the answer has more than ${MAX_BYTES} bytes`);
  const keySet = JSON.parse(text) as JSONWebKeySet;
  // Throws where the form is another one.
  createLocalJWKSet(keySet);
  return keySet;
};

/**
 * The published keys of an identity provider. They are fetched when the first token comes, again once they are old, and
 * for a key that is not among them, at most once in a while. While they cannot be fetched the last known ones serve.
 */
export class KeySet {
  readonly #options: KeySetOptions;
  #findKey: JWTVerifyGetKey | undefined;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #askedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(options: KeySetOptions) {
    this.#options = options;
  }

  /**
   * The key that a token names. Rejects with `SERVICE_UNAVAILABLE` while no keys could be fetched yet, and with jose's
   * `JWKSNoMatchingKey` where there is no such key.
   */
  readonly getKey: JWTVerifyGetKey = async (header, token) => {
    const { elapsedMs, timing } = this.#options;
    if (this.#findKey === undefined) await this.#fetchAgain();
    else if (elapsedMs() - this.#fetchedAt >= timing.maxAgeMs) void this.#fetchAgain();
    const known = this.#findKey;
    if (known === undefined) throw isAway();
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#fetchAgain();
      const fetched: JWTVerifyGetKey = this.#findKey ?? known;
      if (fetched === known) throw error;
      return await fetched(header, token);
    }
  };

  /** Never rejects. Does nothing within the cooldown; a fetch that is under way is joined. */
  #fetchAgain(): Promise<void> {
    if (this.#fetching !== undefined) return this.#fetching;
    const { elapsedMs, timing } = this.#options;
    const cooldownMs = this.#findKey === undefined ? timing.firstCooldownMs : timing.cooldownMs;
    if (elapsedMs() - this.#askedAt < cooldownMs) return Promise.resolve();
    this.#askedAt = elapsedMs();
    this.#fetching = this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    const { url, log, elapsedMs, timing } = this.#options;
    try {
      this.#findKey = createLocalJWKSet(await fetchKeySet(url, AbortSignal.timeout(timing.timeoutMs)));
      this.#fetchedAt = elapsedMs();
    } catch (error) {
      log.warn({ err: error, url }, 'the keys of the identity provider could not be fetched');
    }
  }
}
