import { type AccessPolicy, NO_POLICY, USER_ACCESS } from '../../core/access-policy.ts';
import { type AccessRules, DEFAULT_ACCESS, type Principal, toKeyPrincipal } from '../../core/principal.ts';

/** A key of the settings: `mg_<id>_<secret>`, of which only the SHA-256 is stored, in hex. */
export interface ApiKey {
  readonly id: string;
  readonly sha256: string;
}

/** A key that lets its holder in, with the rules that hold for it now. */
export interface KnownKey {
  readonly sha256: Buffer;
  readonly principal: Principal;
  /** What users of its tokens may. */
  readonly users: AccessRules;
}

/** Which keys there are and what each may: those of the settings and of the operator's file, by the file as it is now. */
export class Access {
  readonly #apiKeys: readonly ApiKey[];
  #policy: AccessPolicy = NO_POLICY;
  #keys: ReadonlyMap<string, KnownKey>;

  constructor(apiKeys: readonly ApiKey[]) {
    this.#apiKeys = apiKeys;
    this.#keys = this.#readKeys();
  }

  get policy(): AccessPolicy {
    return this.#policy;
  }

  findKey(id: string): KnownKey | undefined {
    return this.#keys.get(id);
  }

  /** Puts rules in the place of those before, as a whole: they hold for whatever is asked from then on. */
  take(policy: AccessPolicy): void {
    this.#policy = policy;
    this.#keys = this.#readKeys();
  }

  #readKeys(): ReadonlyMap<string, KnownKey> {
    const hashes = new Map(this.#apiKeys.map(({ id, sha256 }) => [id, sha256]));
    for (const [id, { sha256 }] of this.#policy.keys) if (sha256 !== null) hashes.set(id, sha256);
    return new Map(
      hashes.entries().map(([id, sha256]) => {
        const { access = DEFAULT_ACCESS, users = USER_ACCESS } = this.#policy.keys.get(id) ?? {};
        return [id, { sha256: Buffer.from(sha256, 'hex'), principal: toKeyPrincipal(id, access), users }];
      }),
    );
  }
}
