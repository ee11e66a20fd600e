import type { Modelgraph } from '../../modelgraph.ts';
import type { ModelgraphError } from '../../modelgraph-error.ts';
import type { GenerateInput, GenerationPreview } from '../../schema-types.ts';
import { toModelgraphError } from '../../to-modelgraph-error.ts';

const TYPING_PAUSE_MS = 400;

export interface ChatPreview {
  readonly status: 'idle' | 'waiting' | 'ready' | 'failed';
  /** What the server said last; of a draft that has changed since, while `waiting`. */
  readonly result: GenerationPreview | undefined;
  readonly error: ModelgraphError | undefined;
}

export const NO_PREVIEW: ChatPreview = { status: 'idle', result: undefined, error: undefined };

/** Asks the server what would become of a request, once the typing pauses; an answer that comes too late is dropped. */
export class Previewer {
  readonly #client: Modelgraph;
  readonly #onChange: (preview: ChatPreview) => void;
  #preview = NO_PREVIEW;
  #asking: AbortController | undefined;

  constructor(client: Modelgraph, onChange: (preview: ChatPreview) => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  /** Undefined: nothing is typed. */
  ask(toInput: (() => Promise<GenerateInput>) | undefined): void {
    this.#asking?.abort();
    if (toInput === undefined) return this.#set(NO_PREVIEW);
    const asking = new AbortController();
    this.#asking = asking;
    this.#set({ ...this.#preview, status: 'waiting' });
    const timer = setTimeout(() => void this.#send(toInput, asking.signal), TYPING_PAUSE_MS);
    asking.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  async #send(toInput: () => Promise<GenerateInput>, signal: AbortSignal): Promise<void> {
    try {
      const result = await this.#client.preview(await toInput(), { signal });
      if (!signal.aborted) this.#set({ status: 'ready', result, error: undefined });
    } catch (error) {
      if (!signal.aborted)
        this.#set({ status: 'failed', result: undefined, error: toModelgraphError(error) });
    }
  }

  #set(preview: ChatPreview): void {
    this.#preview = preview;
    this.#onChange(preview);
  }
}
