import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';

export interface Claims {
  readonly iss?: string | null;
  readonly aud?: string | readonly string[] | null;
  readonly sub?: unknown;
  /** null: the claim is left out, as any other one. */
  readonly exp?: number | null;
  readonly nbf?: number;
  readonly [name: string]: unknown;
}

/** An identity provider on this machine: it publishes keys, and signs what a test wants signed. */
export interface Issuer extends AsyncDisposable {
  readonly url: string;
  readonly jwksUrl: string;
  /** The public key that signs now, in PEM. */
  publicPem(): Promise<string>;
  /** What a provider must never publish. */
  privateJwk(): Promise<JWK>;
  /** A token for the user `ann`, good for an hour, unless the claims or the header say otherwise. */
  sign(claims?: Claims, header?: Partial<JWTHeaderParameters>): Promise<string>;
  /** Signs with another key from now on. Only `published` ones are served; by default it alone. */
  rotate(options?: { readonly publishes?: 'both' | 'old' | 'new' }): Promise<void>;
  /** What the address of the keys answers from now on; null: with the keys. */
  answerWith(answer: { readonly status: number; readonly body: string } | null): void;
  /** How often the keys were fetched. */
  readonly fetches: () => number;
}

export const AUDIENCE = 'modelgraph';

const createKey = async (alg: string, kid: string) => {
  const pair = await generateKeyPair(alg, { extractable: true });
  const jwk: JWK = { ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' };
  return { ...pair, jwk, kid };
};

export const startIssuer = async (alg = 'ES256'): Promise<Issuer> => {
  let key = await createKey(alg, 'key-1');
  let published: JWK[] = [key.jwk];
  let answer: { readonly status: number; readonly body: string } | null = null;
  let fetches = 0;
  let keys = 1;
  const server = createServer((_request, response) => {
    fetches += 1;
    response.writeHead(answer?.status ?? 200, { 'content-type': 'application/json' });
    response.end(answer?.body ?? JSON.stringify({ keys: published }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    jwksUrl: `${url}/keys`,
    publicPem: () => exportSPKI(key.publicKey),
    privateJwk: async () => ({ ...(await exportJWK(key.privateKey)), kid: key.kid, alg, use: 'sig' }),
    sign(claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1_000);
      const all = { iss: url, aud: AUDIENCE, sub: 'ann', iat: now, exp: now + 3_600, ...claims };
      const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
      return new SignJWT(given).setProtectedHeader({ alg, kid: key.kid, ...header }).sign(key.privateKey);
    },
    async rotate({ publishes = 'new' } = {}) {
      const old = published;
      keys += 1;
      key = await createKey(alg, `key-${keys}`);
      published = { both: [...old, key.jwk], old, new: [key.jwk] }[publishes];
    },
    answerWith: (next) => {
      answer = next;
    },
    fetches: () => fetches,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
