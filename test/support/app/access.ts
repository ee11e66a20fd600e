import { createHash } from 'node:crypto';
import type { Settings } from '../../../config/settings.ts';
import { createOverlayFile, type OverlayFile } from './overlay-file.ts';
import type { GraphqlResponse } from './app.ts';
import { openRawSocket, type Operation, post, type Server } from './clients.ts';
import { AUDIENCE, type Issuer } from './issuer.ts';

/** A key of a server with the setting that accepts it. */
export const keyOf = (id: string) => {
  const key = `mg_${id}_${id.repeat(8)}`;
  return { key, setting: { id, sha256: createHash('sha256').update(key).digest('hex') } };
};

/** Settings of a server that lets in the users of an issuer. */
export const jwtOf = ({ url, jwksUrl }: Pick<Issuer, 'url' | 'jwksUrl'>): NonNullable<Settings['jwt']> => ({
  issuer: url,
  audiences: [AUDIENCE],
  keys: { type: 'jwks', url: jwksUrl },
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  clockToleranceSeconds: 30,
});

/** The operator's rules, in a file of their own. */
export const createAccessFile = (rules: unknown): OverlayFile => createOverlayFile(rules, 'access.json');

/** The first result of an operation, or why there is none; `closed`: the code with which its socket was closed. */
export interface Answer extends GraphqlResponse {
  readonly status?: number;
  readonly closed?: number;
}

const bearer = (token: string | null): Record<string, string> =>
  token === null ? {} : { authorization: `Bearer ${token}` };

const askOverSse = async (server: Server, operation: Operation, token: string | null): Promise<Answer> => {
  const headers = { accept: 'text/event-stream', ...bearer(token) };
  const response = await post(server, operation, { headers });
  const text = await response.text();
  // A stream may end without a result.
  if (/^event: complete$/m.test(text) && !/^data: ./m.test(text)) return { status: response.status };
  const data = /^data: (.+)$/m.exec(text)?.[1] ?? text;
  return { status: response.status, ...(JSON.parse(data) as GraphqlResponse) };
};

const askOverWebSocket = async (
  server: Server,
  operation: Operation,
  token: string | null,
): Promise<Answer> => {
  await using socket = await openRawSocket(server, { init: bearer(token) });
  if (socket.messages.length === 0) return { closed: (await socket.closed).code };
  socket.send({ type: 'subscribe', id: '1', payload: operation });
  const { type, payload } = await socket.received(({ id }) => id === '1');
  if (type === 'complete') return {};
  return type === 'error' ? { errors: payload } : payload;
};

/** One operation with a token, over each of the transports. */
export const ASK: Readonly<
  Record<
    'http' | 'sse' | 'websocket',
    (server: Server, operation: Operation, token: string | null) => Promise<Answer>
  >
> = {
  http: async (server, operation, token) => {
    const response = await post(server, operation, { headers: bearer(token) });
    return { status: response.status, ...((await response.json()) as GraphqlResponse) };
  },
  sse: askOverSse,
  websocket: askOverWebSocket,
};

/** The code of the first error; null where there is none. */
export const codeOf = ({ errors, closed }: Answer): string | null => {
  if (closed !== undefined) return closed === 4401 ? 'UNAUTHENTICATED' : `closed ${closed}`;
  return (errors?.[0]?.extensions?.['code'] as string | undefined) ?? null;
};
