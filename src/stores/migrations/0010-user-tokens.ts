import type { Migration } from './migration.ts';

/** Tokens that keys have issued for their users. `subject` is JSON as text; `sha256` is that of the whole token, in hex. */
export const USER_TOKENS: Migration = {
  version: 10,
  name: 'user-tokens',
  compatibleFrom: 9,
  statements: [
    `CREATE TABLE user_token (
      id text PRIMARY KEY,
      key_id text NOT NULL,
      subject text NOT NULL,
      sha256 text NOT NULL,
      expires_at bigint NOT NULL
    )`,
    `CREATE INDEX user_token_by_subject ON user_token (key_id, subject)`,
    `CREATE INDEX user_token_expiring ON user_token (expires_at)`,
  ],
};
