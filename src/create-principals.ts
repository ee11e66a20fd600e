import { readAccessFile } from '../config/access/read-access-file.ts';
import type { Settings } from '../config/settings.ts';
import type { ServiceLog } from './core/service-log.ts';
import type { ModelRegistry } from './registry/model-registry.ts';
import { Access } from './services/principals/access.ts';
import { findUnknownNames } from './services/principals/find-unknown-names.ts';
import { ACCESS_INTERVAL_MS, AccessReader } from './services/principals/access-reader.ts';
import {
  authenticateLocally,
  type Authenticate,
  createAuthenticate,
} from './services/principals/authenticator.ts';
import type { KeySetTiming } from './services/principals/key-set.ts';
import { PrincipalService } from './services/principals/principal-service.ts';
import { TOKEN_FRESH_MS, UserTokens } from './services/principals/user-tokens.ts';
import type { Db } from './stores/db/db.ts';
import { UserTokenStore } from './stores/principals/user-token-store.ts';

/** Parts of what concerns principals that can be replaced. */
export interface PrincipalOverrides {
  /** How often the file of the rules for access is polled, in milliseconds. */
  readonly accessIntervalMs?: number;
  readonly keySetTiming?: Partial<KeySetTiming>;
  readonly tokenFreshMs?: number;
  /** Milliseconds since 1970, for the expiry of tokens. */
  readonly tokenClock?: () => number;
  /** A clock in milliseconds that never goes back, for the age of an identity provider's keys. */
  readonly elapsedMs?: () => number;
}

export interface PrincipalLayer {
  readonly authenticate: Authenticate;
  readonly service: PrincipalService;
  start(): void;
  /** Reads the rules for access at once. Resolves once they were taken, or refused. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

const createJwtVerifier = async (
  { jwt }: Settings,
  log: ServiceLog,
  { keySetTiming, tokenClock = Date.now, elapsedMs = () => performance.now() }: PrincipalOverrides,
) => {
  if (jwt === null) return null;
  // Loaded where it is wanted, as PostgreSQL is.
  const { JwtVerifier } = await import('./services/principals/jwt-verifier.ts');
  const { KEY_SET_TIMING } = await import('./services/principals/key-set.ts');
  const timing = { ...KEY_SET_TIMING, ...keySetTiming };
  return new JwtVerifier({ ...jwt, log, timing, now: tokenClock, elapsedMs });
};

const createReader = (
  { accessFile, apiKeys, jwt, trustedDocuments }: Settings,
  log: ServiceLog,
  overrides: PrincipalOverrides,
  access: Access,
  models: ModelRegistry,
): AccessReader | null => {
  if (accessFile === null) return null;
  return new AccessReader({
    file: accessFile,
    access,
    read: async () => {
      const parsed = await readAccessFile({
        file: accessFile,
        apiKeys,
        hasUsers: jwt !== null,
        hasDocuments: trustedDocuments.length > 0,
      });
      if (parsed.policy === null) return parsed;
      const problems = findUnknownNames(parsed.policy, models).map((problem) => `${accessFile}: ${problem}`);
      return problems.length > 0 ? { policy: null, problems } : parsed;
    },
    intervalMs: overrides.accessIntervalMs ?? ACCESS_INTERVAL_MS,
    log,
  });
};

/** Which keys there are and what each may, with what reads it again. */
export interface AccessLayer {
  readonly access: Access;
  /** null: the operator has no rules. */
  readonly reader: AccessReader | null;
}

/** Rejects where the rules for access cannot be used, with every problem of them. */
export const createAccessLayer = async (
  settings: Settings,
  log: ServiceLog,
  overrides: PrincipalOverrides,
  models: ModelRegistry,
): Promise<AccessLayer> => {
  const access = new Access(settings.apiKeys);
  const reader = createReader(settings, log, overrides, access, models);
  await reader?.readFirst();
  return { access, reader };
};

/** Who is let in, and the tokens that keys issue. Starts nothing. */
export const createPrincipalLayer = async (
  settings: Settings,
  log: ServiceLog,
  overrides: PrincipalOverrides,
  { access, reader }: AccessLayer,
  { db, models }: { readonly db: Db; readonly models: ModelRegistry },
): Promise<PrincipalLayer> => {
  const { apiKeys, accessFile, jwt } = settings;
  const tokens = new UserTokens({
    store: new UserTokenStore(db),
    now: overrides.tokenClock ?? Date.now,
    freshMs: overrides.tokenFreshMs ?? TOKEN_FRESH_MS,
  });
  const isOpen = apiKeys.length === 0 && accessFile === null && jwt === null;
  const verifier = await createJwtVerifier(settings, log, overrides);
  return {
    authenticate: isOpen ? authenticateLocally : createAuthenticate({ access, tokens, jwt: verifier }),
    service: new PrincipalService({ models, tokens }),
    start() {
      reader?.files.start();
      if (!isOpen) tokens.start();
    },
    reload: async () => reader?.files.readNow(),
    async stop() {
      tokens.stop();
      await reader?.files.stop();
    },
  };
};
