import type { Principal } from '../../core/principal.ts';
import type { ServerNode } from '../../core/server-node.ts';
import { requireOperation } from '../principals/require-operation.ts';
import { seesEveryone } from '../principals/visibility.ts';

/** The processes of this server that share its store. */
export class ServerNodeService {
  readonly #find: () => Promise<readonly ServerNode[]>;

  /** `find` gives those that are alive, and rejects with `StoreUnavailable` while the store is away. */
  constructor(find: () => Promise<readonly ServerNode[]>) {
    this.#find = find;
  }

  /** The oldest first. Throws `FORBIDDEN` without the operation `admin`, except on a server without keys. */
  async list(principal: Principal): Promise<readonly ServerNode[]> {
    if (!seesEveryone(principal)) requireOperation(principal, 'admin');
    return this.#find();
  }
}
