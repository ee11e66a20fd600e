import { ModelgraphError } from '../modelgraph-error.ts';
import { ConnectionLost } from '../transport.ts';

type Close = readonly [code: string, message: string, retryable?: true];

const FORBIDDEN: Close = ['FORBIDDEN', 'The request is not allowed.'];
const INTERNAL: Close = ['INTERNAL', 'The server failed.', true];

/** Closes that are no lost connection: the code of the error, what it says, and whether another try may succeed. */
const CLOSES: Readonly<Record<number, Close>> = {
  1008: FORBIDDEN,
  1009: ['INVALID_REQUEST', 'The request is larger than the server takes.'],
  1011: INTERNAL,
  4400: ['INVALID_REQUEST', 'A message is invalid.'],
  4401: ['UNAUTHENTICATED', 'The credentials are missing or not valid.'],
  4403: FORBIDDEN,
  4406: ['BAD_RESPONSE', 'The server does not speak graphql-transport-ws.'],
  4429: ['RATE_LIMITED', 'Too many requests were sent.', true],
  4500: INTERNAL,
};

const UPLOAD = 'Put media into the input as File or Blob.';

/** What the close event of a WebSocket, or what ended it otherwise, stands for. */
export const toCloseError = (cause: unknown): Error => {
  const { code, reason = '' } = (cause ?? {}) as Partial<CloseEvent>;
  const said = reason === '' ? '' : ` It says: ${reason}`;
  const known = CLOSES[code ?? 0];
  if (known === undefined) {
    const lost = code === undefined ? 'The WebSocket failed.' : `The WebSocket was closed with ${code}.`;
    return new ConnectionLost(lost + said, { cause });
  }
  const [codeOfError, message, retryable = false] = known;
  const suggestion = code === 1009 ? UPLOAD : undefined;
  return new ModelgraphError(message + said, { code: codeOfError, retryable, suggestion, cause });
};
