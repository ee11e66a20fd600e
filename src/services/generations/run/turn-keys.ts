import { type ModelgraphError, ProviderError } from '../../../core/errors.ts';
import type { ServerKey } from '../../../core/server-key.ts';
import type { TextRequest } from '../../../core/text-request.ts';
import type { ProviderFactory } from '../../../registry/provider-factory.ts';
import { isFailureOfKey } from '../../../registry/server-keys.ts';
import type { GenerationRun } from './generation-run.ts';

/** Files at the vendor belong to the first key of the list, with which an operator uploads them. */
const bindsToFirstKey = ({ messages }: TextRequest): boolean =>
  messages.some(
    (message) =>
      message.role === 'user' &&
      message.parts.some((part) => part.type !== 'text' && part.source.type === 'provider-file'),
  );

const NONE_TRIED: ReadonlySet<string> = new Set();

/** Which of the server's keys the calls of one turn are made with. */
export class TurnKeys {
  readonly #providers: Pick<ProviderFactory, 'keysOf'>;
  readonly #run: GenerationRun;
  /** Ids of those that were refused or limited in this turn. */
  #tried: ReadonlySet<string> = NONE_TRIED;
  #current: ServerKey | undefined;

  constructor(providers: Pick<ProviderFactory, 'keysOf'>, run: GenerationRun) {
    this.#providers = providers;
    this.#run = run;
  }

  /** The key for the next call; undefined: its caller's own, or none is needed. */
  choose(): ServerKey | undefined {
    this.#current = this.#find();
    return this.#current;
  }

  /** Notes a failure of the call. Gives the id of its key where the same model is to be asked with another one at once. */
  takeFailure(error: ModelgraphError): string | undefined {
    const key = this.#current;
    const run = this.#run;
    if (key === undefined || run.isOver || !isFailureOfKey(error.code)) return undefined;
    const keys = this.#providers.keysOf(run.provider);
    keys.recordFailure(key.id, error.code, error instanceof ProviderError ? error.retryAfterMs : null);
    this.#tried = new Set([...this.#tried, key.id]);
    const isBound = run.serverKeyId !== null || bindsToFirstKey(run.request);
    return isBound || run.hasContent || !keys.hasReady(this.#tried) ? undefined : key.id;
  }

  /** The answer is complete: later turns hold what only the account of this one can read. */
  takeSuccess(): void {
    if (this.#current === undefined) return;
    this.#providers.keysOf(this.#run.provider).recordSuccess(this.#current.id);
    this.#run.serverKeyId = this.#current.id;
  }

  #find(): ServerKey | undefined {
    const { provider, serverKeyId, callerKeys, request } = this.#run;
    if (callerKeys.covers(provider)) return undefined;
    const keys = this.#providers.keysOf(provider);
    if (serverKeyId !== null) return keys.find(serverKeyId);
    if (bindsToFirstKey(request)) return keys.first({ mayMoveOn: false });
    return keys.choose(this.#tried) ?? keys.choose();
  }
}
