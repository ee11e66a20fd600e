import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { CloseCode, makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import { type ErrorCode, ModelgraphError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import { ProviderKeys } from '../../core/provider-keys.ts';
import { RateLimited } from '../../core/rate-limit.ts';
import type { Transport } from '../../core/telemetry.ts';
import { toByteText } from '../../lib/to-byte-text.ts';
import { shorten } from '../../lib/shorten.ts';
import type { Authenticate, Authenticated } from '../../services/principals/authenticator.ts';
import { Delivery, type ResultSink } from '../compiled/delivery.ts';
import type { OperationOrigin } from '../context.ts';
import { type MaskError, withoutHttp } from '../mask-error.ts';
import { PreparedOperation, prepareOperation, type Yoga } from '../prepare-operation.ts';
import type { ProviderKeyReader } from '../provider-keys.ts';
import type { RateLimits } from '../rate-limits.ts';
import { type Refusal, toRefusalError } from '../refusal.ts';
import type { DocumentPolicy } from '../trusted-documents/resolve-document.ts';
import { WrittenResults } from './written-results.ts';

/** What the protocol knows of a socket. */
export interface SocketState {
  /** The header of the upgrade request. */
  readonly authorization: string | undefined;
  /** Where its client is, as addresses are counted; null: they are not. */
  readonly address: string | null;
  /** Sends a message, which is given as `toByteText` gives it, by the end of the turn. */
  write(bytes: string): void;
  /** What has to be waited for before more is sent, while the client is behind. */
  full(): Promise<void> | undefined;
  close(code: number, reason: string): void;
  /** Whether neither side has begun to close it. */
  isOpen(): boolean;
  /** What `connection_init` has brought, or else the header. */
  credentials: string | undefined;
  /** Whether these credentials have been accepted. */
  isLetIn: boolean;
  /** Ends its counting as a socket of its principal. */
  release: (() => void) | undefined;
  /** Those of the `connection_init`, for as long as the socket is open. */
  providerKeys: ProviderKeys;
}

export interface ProtocolOptions {
  readonly yoga: Pick<Yoga, 'getEnveloped'>;
  readonly authenticate: Authenticate;
  readonly maskError: MaskError;
  readonly rateLimits: Pick<RateLimits, 'principals' | 'addresses'>;
  readonly providerKeyReader: ProviderKeyReader;
  readonly documents: Pick<DocumentPolicy, 'resolve'>;
  /** Called with each stream of results that begins; what it gives, when that has ended. */
  readonly streamOpened: (transport: Transport) => () => void;
  /** A socket is not let in. */
  readonly onRefused: (code: ErrorCode) => void;
  /** Time for `connection_init` after the socket has opened. */
  readonly initTimeoutMs: number;
  readonly maxOperationsPerSocket: number;
}

const createTooMany = (most: number): GraphQLError =>
  new GraphQLError(`There are ${most} operations on this socket, which is the most there may be.`, {
    extensions: { code: 'RATE_LIMITED', retryable: true },
  });

/** Writes the results of one operation to its socket. */
class OperationSink implements ResultSink {
  readonly #socket: SocketState;
  /** Of each message, as far as its result. */
  readonly #head: string;

  constructor(socket: SocketState, id: string) {
    this.#socket = socket;
    this.#head = toByteText(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  }

  write(result: ExecutionResult): void {
    this.writeJson(toByteText(JSON.stringify(result)));
  }

  writeJson(json: string): void {
    this.#socket.write(`${this.#head}${json}}`);
  }

  full(): Promise<void> | undefined {
    return this.#socket.full();
  }
}

const deliver = (
  operation: PreparedOperation,
  id: string,
  socket: SocketState,
  controller: AbortController,
  { maskError, streamOpened }: ProtocolOptions,
): WrittenResults => {
  const sink = new OperationSink(socket, id);
  const onEnd = streamOpened('websocket');
  const running = new Delivery({ open: operation.open, controller, maskError, onEnd, sink });
  return new WrittenResults(running, socket);
};

const MAX_ID_LENGTH = 200;

/** In bytes: RFC 6455, section 5.5. */
const MAX_REASON_LENGTH = 120;

const toCloseCode = ({ code }: Refusal): CloseCode =>
  code === 'FORBIDDEN' ? CloseCode.Forbidden : CloseCode.BadRequest;

const longId = (): GraphQLError =>
  new GraphQLError(`The id of an operation may have at most ${MAX_ID_LENGTH} characters.`, {
    extensions: { code: 'INVALID_REQUEST', retryable: false },
  });

const ended = (): GraphQLError =>
  new GraphQLError('The operation was ended by its client.', {
    extensions: { code: 'GENERATION_CANCELLED', retryable: false },
  });

/** Clients connect again after it (RFC 6455, section 7.4.1, by its registry of codes). */
const TRY_AGAIN_LATER = 1013;

/** The payload of `connection_init` takes precedence over the header. Two different values in it count as no credentials. */
const readCredentials = (
  { authorization, Authorization }: Readonly<Record<string, unknown>>,
  header: string | undefined,
): string | undefined => {
  const given = authorization ?? Authorization;
  if (typeof given !== 'string') return header;
  return Authorization === undefined || Authorization === given ? given : undefined;
};

/** What the protocol executes, or why it does not. */
type Started = readonly GraphQLError[] | ExecutionArgs;

const startOperation = (
  principal: Principal,
  id: string,
  payload: SubscribePayload,
  extra: SocketState,
  options: ProtocolOptions,
): Started => {
  const { documents, providerKeyReader } = options;
  const { trustedDocuments, providerKeys: mode } = principal.access;
  const resolved = documents.resolve(payload, trustedDocuments);
  if ('refusal' in resolved) return [withoutHttp(toRefusalError(resolved.refusal))];
  const providerKeys = providerKeyReader.fit(extra.providerKeys, mode);
  if (!(providerKeys instanceof ProviderKeys)) return [withoutHttp(toRefusalError(providerKeys))];
  const controller = new AbortController();
  const { signal } = controller;
  const origin: OperationOrigin = {
    principal,
    principalId: principal.id,
    providerKeys,
    signal,
    transport: 'websocket',
  };
  const enveloped = options.yoga.getEnveloped({ ...origin });
  const operation = prepareOperation(enveloped, resolved.params, options.maskError);
  // The protocol keeps the message for as long as the operation runs, and reads no text of it any more: its document is shared.
  Object.assign(payload, { query: '' });
  if (!(operation instanceof PreparedOperation)) return operation.map(withoutHttp);
  return {
    schema: enveloped.schema,
    document: operation.document,
    operationName: operation.operationName,
    rootValue: deliver(operation, id, extra, controller, options),
  };
};

/** Closes a socket that is one too many for its principal; clients do not connect again by themselves after that code. */
const holdSocket = async (
  principal: Principal,
  extra: SocketState,
  { rateLimits: { principals } }: ProtocolOptions,
): Promise<boolean> => {
  try {
    const hold = await principals.holdSocket(principal);
    if (hold === null) return true;
    if (!extra.isOpen()) hold.release();
    else extra.release = () => hold.release();
    return true;
  } catch (error) {
    if (!(error instanceof RateLimited)) throw error;
    extra.close(CloseCode.TooManyInitialisationRequests, error.message);
    return false;
  }
};

/** Every operation, a query too, is an iterator here: ending it is the only way in which the protocol can cancel. */
const getResults = ({ rootValue }: ExecutionArgs): WrittenResults => {
  if (rootValue instanceof WrittenResults) return rootValue;
  throw new TypeError('an operation came to the protocol that was not started by it');
};

/** graphql-transport-ws over yoga's pipeline: the same steps as over HTTP, but for those that hook HTTP itself. */
export const createProtocol = (options: ProtocolOptions): Server<SocketState> => {
  const { authenticate, maskError, providerKeyReader, rateLimits, maxOperationsPerSocket } = options;
  const tooMany = createTooMany(maxOperationsPerSocket);

  return makeServer<Record<string, unknown>, SocketState>({
    connectionInitWaitTimeout: options.initTimeoutMs,
    async onConnect({ connectionParams, extra }) {
      extra.credentials = readCredentials(connectionParams ?? {}, extra.authorization);
      const found = await authenticate(extra.credentials);
      if (found instanceof ModelgraphError) {
        options.onRefused(found.code);
        // The protocol would close with 4403, after which clients connect again with the same credentials.
        if (found.code === 'UNAUTHENTICATED') extra.close(CloseCode.Unauthorized, 'Unauthorized');
        else extra.close(TRY_AGAIN_LATER, 'Try again later');
        return false;
      }
      const keys = providerKeyReader.fromPayload(
        connectionParams?.['providerKeys'],
        found.access.providerKeys,
      );
      if (!(keys instanceof ProviderKeys)) {
        extra.close(toCloseCode(keys), shorten(keys.message, MAX_REASON_LENGTH));
        return false;
      }
      extra.providerKeys = keys;
      if (!(await holdSocket(found, extra, options))) return false;
      extra.isLetIn = true;
      return true;
    },
    onSubscribe({ subscriptions, extra }, id, payload) {
      if (!extra.isLetIn) throw new TypeError('an operation came before its socket was let in');
      // It is repeated with each result.
      if (id.length > MAX_ID_LENGTH) return [longId()];
      if (Object.keys(subscriptions).length > maxOperationsPerSocket) return [tooMany];
      const start = (principal: Principal): Started => {
        // Its client has ended it while its credentials were verified, or it was counted.
        if (!(id in subscriptions)) return [ended()];
        return startOperation(principal, id, payload, extra, options);
      };
      const refuse = (error: unknown): Started => [maskError(error)];
      const begin = (found: Authenticated): Started | Promise<Started> => {
        if (found instanceof ModelgraphError) return refuse(found);
        const counting = rateLimits.principals.takeRequest(found);
        return counting === null ? start(found) : counting.then(() => start(found), refuse);
      };
      // By then they may have expired, or been revoked. What has begun on the socket goes on.
      const identify = (): Started | Promise<Started> => {
        const found = authenticate(extra.credentials);
        return found instanceof Promise ? found.then(begin) : begin(found);
      };
      const { address } = extra;
      const counting = address === null ? null : rateLimits.addresses.takeRequest(address);
      return counting === null ? identify() : counting.then(identify, refuse);
    },
    execute: getResults,
    subscribe: getResults,
  });
};
