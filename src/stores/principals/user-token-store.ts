import type { Db } from '../db/db.ts';

/** A token for a user of a key, as it is stored. */
export interface UserToken {
  readonly id: string;
  /** The key that issued it. */
  readonly keyId: string;
  readonly subject: string;
  /** SHA-256 of the whole token, in hex: the token itself is kept nowhere. */
  readonly sha256: string;
  /** Milliseconds since 1970, by the clock of the node that issued it. */
  readonly expiresAtMs: number;
}

/** Carries the id of a key some of whose tokens have been revoked. */
const CHANNEL = 'modelgraph_user_tokens';

const CREATE = `
  INSERT INTO user_token (id, key_id, subject, sha256, expires_at) VALUES ($1, $2, $3, $4, $5)`;

const FIND = 'SELECT id, key_id, subject, sha256, expires_at FROM user_token WHERE id = $1';

const REVOKE = 'DELETE FROM user_token WHERE key_id = $1 AND subject = $2 RETURNING id';

/** So many with each token that is created, so that they never pile up. */
const DELETE_EXPIRED = `
  DELETE FROM user_token WHERE id IN (SELECT id FROM user_token WHERE expires_at < $1 ORDER BY expires_at LIMIT 100)`;

interface TokenRow {
  readonly id: string;
  readonly key_id: string;
  readonly subject: string;
  readonly sha256: string;
  readonly expires_at: number;
}

/** A subject is a caller's own text, and JSON can hold every text. */
const toStoredSubject = (subject: string): string => JSON.stringify(subject);

/** The tokens that keys have issued, shared by every node. Each method rejects with `StoreUnavailable` while the database is away. */
export class UserTokenStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Deletes some of those that have expired by `nowMs` as well. */
  async create({ id, keyId, subject, sha256, expiresAtMs }: UserToken, nowMs: number): Promise<void> {
    await this.#db.transaction(async (transaction) => {
      await transaction.query(DELETE_EXPIRED, [nowMs]);
      await transaction.query(CREATE, [id, keyId, toStoredSubject(subject), sha256, expiresAtMs]);
    });
  }

  async find(id: string): Promise<UserToken | undefined> {
    const [row] = await this.#db.query<TokenRow>(FIND, [id]);
    if (row === undefined) return undefined;
    const { key_id: keyId, subject, sha256, expires_at: expiresAtMs } = row;
    return { id, keyId, subject: JSON.parse(subject) as string, sha256, expiresAtMs };
  }

  /** Deletes every token that a key has issued for a subject, and has every node know. Gives how many there were. */
  revoke(keyId: string, subject: string): Promise<number> {
    return this.#db.transaction(async (transaction) => {
      const revoked = await transaction.query(REVOKE, [keyId, toStoredSubject(subject)]);
      if (revoked.length > 0) await transaction.notify(CHANNEL, keyId);
      return revoked.length;
    });
  }

  /** Called when tokens may have been revoked on any node. Gives a function that ends it. */
  onRevoked(handle: () => void): () => void {
    return this.#db.listen(CHANNEL, handle, { onReconnect: handle });
  }
}
