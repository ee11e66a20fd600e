import { type ExecutionArgs, GraphQLError } from 'graphql';
import { CloseCode, makeServer, type Server } from 'graphql-ws';
import { ProviderKeys } from '../../core/provider-keys.ts';
import type { Transport } from '../../core/telemetry.ts';
import { shorten } from '../../lib/shorten.ts';
import type { Authenticate } from '../auth.ts';
import { Delivery } from '../compiled/delivery.ts';
import type { OperationOrigin } from '../context.ts';
import { type MaskError, withoutHttp } from '../mask-error.ts';
import { PreparedOperation, prepareOperation, type Yoga } from '../prepare-operation.ts';
import type { ProviderKeyReader } from '../provider-keys.ts';
import { type Refusal, toRefusalError } from '../refusal.ts';
import type { DocumentPolicy } from '../trusted-documents/resolve-document.ts';
import { WrittenResults } from './written-results.ts';

/** What the protocol knows of a socket. */
export interface SocketState {
  /** The header of the upgrade request. */
  readonly authorization: string | undefined;
  /** Sends a message by the end of the turn. */
  readonly write: (message: string) => void;
  /** What has to be waited for before more is sent, while the client is behind. */
  readonly full: () => Promise<void> | undefined;
  readonly close: (code: number, reason: string) => void;
  /** Whether neither side has begun to close it. */
  readonly isOpen: () => boolean;
  principalId: string | undefined;
  /** Those of the `connection_init`, for as long as the socket is open. */
  providerKeys: ProviderKeys;
}

export interface ProtocolOptions {
  readonly yoga: Pick<Yoga, 'getEnveloped'>;
  readonly authenticate: Authenticate;
  readonly maskError: MaskError;
  readonly providerKeyReader: ProviderKeyReader;
  readonly documents: Pick<DocumentPolicy, 'resolve'>;
  /** Called with each stream of results that begins; what it gives, when that has ended. */
  readonly streamOpened: (transport: Transport) => () => void;
  /** Time for `connection_init` after the socket has opened. */
  readonly initTimeoutMs: number;
  readonly maxOperationsPerSocket: number;
}

const createTooMany = (most: number): GraphQLError =>
  new GraphQLError(`There are ${most} operations on this socket, which is the most there may be.`, {
    extensions: { code: 'RATE_LIMITED', retryable: true },
  });

const start = (
  operation: PreparedOperation,
  id: string,
  { write, full, isOpen }: SocketState,
  controller: AbortController,
  { maskError, streamOpened }: ProtocolOptions,
): WrittenResults => {
  const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  const running = new Delivery({
    open: operation.open,
    controller,
    maskError,
    onEnd: streamOpened('websocket'),
    sink: { write: (result) => write(`${head}${JSON.stringify(result)}}`), full },
  });
  return new WrittenResults(running, isOpen);
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

/** Every operation, a query too, is an iterator here: ending it is the only way in which the protocol can cancel. */
const getResults = ({ rootValue }: ExecutionArgs): WrittenResults => {
  if (rootValue instanceof WrittenResults) return rootValue;
  throw new TypeError('an operation came to the protocol that was not started by it');
};

/** graphql-transport-ws over yoga's pipeline: the same steps as over HTTP, but for those that hook HTTP itself. */
export const createProtocol = (options: ProtocolOptions): Server<SocketState> => {
  const { yoga, authenticate, maskError, documents, initTimeoutMs, maxOperationsPerSocket } = options;
  const tooMany = createTooMany(maxOperationsPerSocket);

  return makeServer<Record<string, unknown>, SocketState>({
    connectionInitWaitTimeout: initTimeoutMs,
    onConnect({ connectionParams, extra }) {
      const given = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
      const keys = options.providerKeyReader.fromPayload(connectionParams?.['providerKeys']);
      if (!(keys instanceof ProviderKeys)) {
        extra.close(toCloseCode(keys), shorten(keys.message, MAX_REASON_LENGTH));
        return false;
      }
      extra.providerKeys = keys;
      extra.principalId = authenticate(typeof given === 'string' ? given : extra.authorization);
      if (extra.principalId !== undefined) return true;
      // The protocol would close with 4403, after which clients connect again with the same credentials.
      extra.close(CloseCode.Unauthorized, 'Unauthorized');
      return false;
    },
    onSubscribe({ subscriptions, extra }, id, payload) {
      const { principalId } = extra;
      if (principalId === undefined) throw new TypeError('an operation came before its socket was let in');
      // It is repeated with each result.
      if (id.length > MAX_ID_LENGTH) return [longId()];
      if (Object.keys(subscriptions).length > maxOperationsPerSocket) return [tooMany];
      const controller = new AbortController();
      const { signal } = controller;
      const { providerKeys } = extra;
      const origin: OperationOrigin = { principalId, providerKeys, signal, transport: 'websocket' };
      const enveloped = yoga.getEnveloped({ ...origin });
      const resolved = documents.resolve(payload);
      if ('refusal' in resolved) return [withoutHttp(toRefusalError(resolved.refusal))];
      const operation = prepareOperation(enveloped, resolved.params, maskError);
      if (!(operation instanceof PreparedOperation)) return operation.map(withoutHttp);
      return {
        schema: enveloped.schema,
        document: operation.document,
        operationName: operation.operationName,
        rootValue: start(operation, id, extra, controller, options),
      };
    },
    execute: getResults,
    subscribe: getResults,
  });
};
