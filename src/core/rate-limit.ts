import { createProblem, RequestRejected } from './errors.ts';
import { type Principal, type RateLimitRules, UNLIMITED } from './principal.ts';

export type RateLimitName = keyof RateLimitRules;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** For how long what is used counts, in milliseconds; 0: for as long as it is open. */
export const WINDOWS_MS: Readonly<Record<RateLimitName, number>> = {
  requestsPerMinute: MINUTE_MS,
  tokensPerMinute: MINUTE_MS,
  uploadedBytesPerDay: DAY_MS,
  storedBytesPerDay: DAY_MS,
  generationsAtOnce: 0,
  batchesAtOnce: 0,
  sockets: 0,
};

export const RATE_LIMIT_NAMES = Object.keys(WINDOWS_MS) as readonly RateLimitName[];

/** One limit that a principal or an address counts against. */
export interface AppliedLimit {
  readonly name: RateLimitName;
  /** Who counts against it together: with the name it names the limit. */
  readonly account: string;
  readonly limit: number;
  /** Whether all nodes count it together; false: each node counts for itself. */
  readonly isShared: boolean;
}

/** How a limit stands. */
export interface LimitState {
  readonly name: RateLimitName;
  readonly limit: number;
  readonly windowMs: number;
  readonly remaining: number;
  /** When the present window ends, in milliseconds since 1970; of what is open at once: now. */
  readonly resetsAtMs: number;
}

/** What one server keeps open for one principal at the most; null: as much as is asked for. */
export interface NodeLimits {
  readonly sockets: number | null;
  readonly generationsAtOnce: number | null;
  /** By what the workers of one server know that they are; null: the server is one node. */
  readonly serverId: string | null;
}

const toKeyAccount = (keyId: string): string => `key:${keyId}`;

const toOwnAccount = ({ id, kind }: Principal): string => (kind === 'key' ? toKeyAccount(id) : id);

/** Whether any rule limits a principal: asked of every request, most of which nothing limits. */
export const isUnlimited = ({ access }: Principal): boolean =>
  access.limits === UNLIMITED && access.keyLimits === UNLIMITED;

/**
 * The limits of one name that a principal counts against, its own before that of its key. Of a user whose own limit is no
 * lower than that of its key the own one is left out: the other one is always reached first.
 */
export const findLimits = (principal: Principal, name: RateLimitName): readonly AppliedLimit[] => {
  const { keyId, kind, access } = principal;
  const own = access.limits[name];
  const ofKey = kind === 'user' && keyId !== null ? access.keyLimits[name] : null;
  const found: AppliedLimit[] = [];
  if (own !== null && (ofKey === null || own < ofKey))
    found.push({ name, account: toOwnAccount(principal), limit: own, isShared: true });
  if (keyId !== null && ofKey !== null)
    found.push({ name, account: toKeyAccount(keyId), limit: ofKey, isShared: true });
  return found;
};

/**
 * What one server keeps open for a principal at the most: its workers count together, as nodes do under an account that no
 * other server has. Without credentials there is one caller, who is the operator.
 */
export const findNodeLimits = (
  principal: Principal,
  name: 'sockets' | 'generationsAtOnce',
  { serverId, ...limits }: NodeLimits,
): readonly AppliedLimit[] => {
  const limit = limits[name];
  if (limit === null || principal.kind === 'anonymous') return [];
  const account = toOwnAccount(principal);
  return serverId === null
    ? [{ name, account, limit, isShared: false }]
    : [{ name, account: `server:${serverId} ${account}`, limit, isShared: true }];
};

const counted = (limit: number, one: string, many: string): string => `${limit} ${limit === 1 ? one : many}`;

const toMessage = ({ name, limit }: Pick<LimitState, 'name' | 'limit'>): string => {
  switch (name) {
    case 'requestsPerMinute':
      return `There may be ${counted(limit, 'request', 'requests')} a minute.`;
    case 'tokensPerMinute':
      return `There may be ${counted(limit, 'token', 'tokens')} of input and output a minute.`;
    case 'uploadedBytesPerDay':
      return `${counted(limit, 'byte', 'bytes')} may be uploaded a day.`;
    case 'storedBytesPerDay':
      return `${counted(limit, 'byte', 'bytes')} may be stored a day.`;
    case 'generationsAtOnce':
      return `There may be ${counted(limit, 'generation', 'generations')} at once.`;
    case 'batchesAtOnce':
      return `There may be ${counted(limit, 'batch', 'batches')} at once.`;
    case 'sockets':
      return `There may be ${counted(limit, 'socket', 'sockets')} at once.`;
  }
};

const toSuggestion = ({ windowMs }: Pick<LimitState, 'windowMs'>, retryAfterMs: number): string =>
  windowMs === 0
    ? 'Wait until one of them has ended, or end one.'
    : `Send it again after ${Math.ceil(retryAfterMs / 1_000)} seconds.`;

/** Of what is open at once: when one of them ends is not known. */
export const RETRY_AT_ONCE_MS = 1_000;

/** A limit is reached. Nothing was begun, and nothing of the request is counted. */
export class RateLimited extends RequestRejected {
  readonly limit: LimitState;
  readonly retryAfterMs: number;

  constructor(limit: LimitState, retryAfterMs: number, path: readonly string[] = []) {
    super([
      createProblem('RATE_LIMITED', path, toMessage(limit), {
        suggestion: toSuggestion(limit, retryAfterMs),
      }),
    ]);
    this.name = 'RateLimited';
    this.limit = limit;
    this.retryAfterMs = retryAfterMs;
  }
}
