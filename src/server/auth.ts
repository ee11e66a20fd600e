import { createHash, timingSafeEqual } from 'node:crypto';
import { LOCAL_PRINCIPAL, type Principal, toKeyPrincipal } from '../core/principal.ts';

export interface ApiKey {
  readonly id: string;
  /** SHA-256 of the whole key, in hex: the key itself is kept nowhere. */
  readonly sha256: string;
}

/** Gives the principal an `Authorization` value stands for; undefined when it stands for none. */
export type Authenticate = (authorization: string | undefined) => Principal | undefined;

/** Without keys every request is of the one local principal; with keys only `Bearer mg_<id>_<secret>` names one. */
export const createAuthenticate = (keys: readonly ApiKey[]): Authenticate => {
  if (keys.length === 0) return () => LOCAL_PRINCIPAL;
  const byId = new Map(
    keys.map((key) => [
      key.id,
      { sha256: Buffer.from(key.sha256, 'hex'), principal: toKeyPrincipal(key.id) },
    ]),
  );
  return (authorization) => {
    const token = /^Bearer (mg_([a-z0-9]+)_\S+)$/i.exec(authorization ?? '');
    const known = byId.get(token?.[2] ?? '');
    if (token?.[1] === undefined || known === undefined) return undefined;
    const given = createHash('sha256').update(token[1]).digest();
    const { sha256, principal } = known;
    return given.length === sha256.length && timingSafeEqual(given, sha256) ? principal : undefined;
  };
};
