import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../core/principal.ts';
import { NO_PROVIDER_KEYS, type ProviderKeys } from '../core/provider-keys.ts';
import type { LimitState } from '../core/rate-limit.ts';
import type { Transport } from '../core/telemetry.ts';
import type { Context } from '../schema/context.ts';
import type { BatchService } from '../services/batches/batch-service.ts';
import type { CatalogueService } from '../services/catalogue/catalogue-service.ts';
import type { AccountService } from '../services/principals/account-service.ts';
import type { GenerationService } from '../services/generations/generation-service.ts';
import type { PrincipalLimits } from '../services/principals/limits/principal-limits.ts';
import type { ServerNodeService } from '../services/nodes/server-node-service.ts';
import type { PrincipalService } from '../services/principals/principal-service.ts';
import { OperationLoaders } from './loaders.ts';

export interface Services {
  readonly catalogue: CatalogueService;
  readonly generations: GenerationService;
  readonly batches: BatchService;
  readonly principals: PrincipalService;
  readonly accounts: AccountService;
  readonly rateLimits: Pick<PrincipalLimits, 'list'>;
  readonly nodes: ServerNodeService;
}

/** What a transport knows of an operation before it is executed. */
export interface OperationOrigin {
  readonly principal: Principal;
  /** The principal's id, beside it for plugins. */
  readonly principalId: string;
  /** Aborted as soon as the client of the operation has gone. A native signal, safe to hand to `fetch`. */
  readonly signal: AbortSignal;
  readonly transport: Transport;
  /** Left out: it has brought none. */
  readonly providerKeys?: ProviderKeys;
}

/** A request over HTTP, as Node's server gives it; plugins add what they find out about it. */
export interface HttpContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Aborted when the client leaves before its answer is complete. */
  readonly controller: AbortController;
  readonly signal: AbortSignal;
  readonly transport: Exclude<Transport, 'websocket'>;
  /** The id of the last event that the client of an event stream has; null where it sends none. */
  readonly lastEventId: string | null;
  /** Set by authentication; the request of a principal that is not known never gets further. */
  principal?: Principal;
  principalId?: string;
  /** Set where limits were counted: how they stand. */
  limitStates?: readonly LimitState[];
  /** Set where the operation has reached a limit. */
  retryAfterMs?: number;
  /** Set by the prevention of forged requests: a browser had to ask before it sent this one, so that a script sent it. */
  isPreflighted?: boolean;
  /** Keys for vendors that the request has brought; set by the step that reads them. */
  providerKeys?: ProviderKeys;
}

/** Whether a request came as an EventSource sends it, which connects again by itself at the end of each stream. */
export const mayBeRepeated = ({
  req,
  isPreflighted,
}: {
  readonly req: IncomingMessage;
  readonly isPreflighted?: boolean | undefined;
}): boolean => req.method === 'GET' && isPreflighted !== true;

/** What resolvers find in the context beside what the transport has put there; the same on every transport. */
export const createContext = (services: Services, { introspection }: Pick<Context, 'introspection'>) => {
  const listRateLimits: Context['listRateLimits'] = (asked) => services.rateLimits.list(asked);
  return ({
    principal,
    providerKeys,
    req,
    isPreflighted,
    lastEventId = null,
  }: Partial<OperationOrigin> & Partial<HttpContext>): Omit<
    Context,
    Exclude<keyof OperationOrigin, 'providerKeys'>
  > => {
    if (principal === undefined) throw new TypeError('an operation came before its principal was known');
    return {
      providerKeys: providerKeys ?? NO_PROVIDER_KEYS,
      isSafeRequest: req?.method === 'GET',
      mayBeRepeated: req !== undefined && mayBeRepeated({ req, isPreflighted }),
      lastEventId,
      catalogue: services.catalogue,
      generations: services.generations,
      batches: services.batches,
      principals: services.principals,
      accounts: services.accounts,
      listRateLimits,
      nodes: services.nodes,
      loaders: new OperationLoaders(services, principal),
      introspection,
    };
  };
};
