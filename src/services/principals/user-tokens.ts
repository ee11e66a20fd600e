import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ModelgraphError } from '../../core/errors.ts';
import { isStoreUnavailable } from '../../core/store-errors.ts';
import type { UserToken, UserTokenStore } from '../../stores/principals/user-token-store.ts';

export interface UserTokensOptions {
  readonly store: UserTokenStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How long a token that was looked up is believed where no node says that it was revoked, in milliseconds. */
  readonly freshMs: number;
}

/** On SQLite, and with PostgreSQL's notifications, a revocation is known at once; without them, after so long. */
export const TOKEN_FRESH_MS = 5_000;

export interface IssuedToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

const ID_BYTES = 12;
const SECRET_BYTES = 32;

/** `mgu_<id>_<secret>`. */
const TOKEN = /^mgu_([0-9a-f]{24})_[\w-]{43}$/;

/** Tokens that are remembered; more of them are looked up each time. */
const MOST_KNOWN = 10_000;

interface Known {
  readonly token: UserToken | undefined;
  readonly at: number;
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

const unknownToken = (): ModelgraphError =>
  new ModelgraphError('UNAUTHENTICATED', 'The token is unknown, or it was revoked.');

const expiredToken = (): ModelgraphError =>
  new ModelgraphError('UNAUTHENTICATED', 'The token has expired. Send a fresh one.');

/** Tokens that keys issue for their users: opaque, short-lived, stored as hashes and looked up for each use. */
export class UserTokens {
  readonly #options: UserTokensOptions;
  readonly #known = new Map<string, Known>();
  /** Counts revocations: what was looked up before one is not remembered after it. */
  #revocations = 0;
  #stopListening: (() => void) | undefined;

  constructor(options: UserTokensOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopListening = this.#options.store.onRevoked(() => this.#forget());
  }

  stop(): void {
    this.#stopListening?.();
  }

  async issue(keyId: string, subject: string, lifetimeMs: number): Promise<IssuedToken> {
    const { store, now } = this.#options;
    const id = randomBytes(ID_BYTES).toString('hex');
    const token = `mgu_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
    const nowMs = now();
    const expiresAtMs = nowMs + lifetimeMs;
    await store.create({ id, keyId, subject, sha256: hash(token).toString('hex'), expiresAtMs }, nowMs);
    return { token, expiresAtMs };
  }

  /** Revokes every token that a key has issued for a subject; gives how many. */
  async revoke(keyId: string, subject: string): Promise<number> {
    const count = await this.#options.store.revoke(keyId, subject);
    this.#forget();
    return count;
  }

  /**
   * The stored token that a text is. Throws `UNAUTHENTICATED` for any other text. While the store is away, tokens that were
   * looked up before still hold, and others are refused with `SERVICE_UNAVAILABLE`.
   */
  async verify(text: string): Promise<UserToken> {
    const id = TOKEN.exec(text)?.[1];
    const found = id === undefined ? undefined : await this.#find(id);
    if (found === undefined || !timingSafeEqual(hash(text), Buffer.from(found.sha256, 'hex')))
      throw unknownToken();
    if (found.expiresAtMs <= this.#options.now()) throw expiredToken();
    return found;
  }

  async #find(id: string): Promise<UserToken | undefined> {
    const { store, now, freshMs } = this.#options;
    const known = this.#known.get(id);
    if (known !== undefined && Math.abs(now() - known.at) < freshMs) return known.token;
    const revocations = this.#revocations;
    try {
      const token = await store.find(id);
      if (revocations === this.#revocations) this.#remember(id, { token, at: now() });
      return token;
    } catch (error) {
      if (known === undefined || !isStoreUnavailable(error)) throw error;
      return known.token;
    }
  }

  #remember(id: string, known: Known): void {
    this.#known.delete(id);
    this.#known.set(id, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }

  #forget(): void {
    this.#revocations += 1;
    this.#known.clear();
  }
}
