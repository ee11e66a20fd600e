import type { GenerationHandle, HandleStatus, ToolHandler } from '../../generation-handle.ts';
import { EMPTY_SNAPSHOT, type GenerationSnapshot } from '../../generation-snapshot.ts';
import type { Modelgraph } from '../../modelgraph.ts';
import { ModelgraphError } from '../../modelgraph-error.ts';
import type { GenerateInput } from '../../schema-types.ts';
import { mayAskAgain } from '../../may-ask-again.ts';
import { toModelgraphError } from '../../to-modelgraph-error.ts';
import type { ChatRecords } from './chat-records.ts';
import type { ChatRun, ChatRunRecord } from './chat-run.ts';
import type { ChatTabs } from './chat-tabs.ts';

export type AnswerStatus = 'submitted' | 'streaming' | 'requires-action' | 'reconnecting';

export interface AnswerListener {
  readonly throttleMs: () => number | undefined;
  readonly onToolCall: ToolHandler;
  /** The request of a record, to make it again under its key. */
  readonly toInput: (record: ChatRunRecord) => GenerateInput;
  readonly onStatus: (status: AnswerStatus) => void;
  readonly onProgress: (record: ChatRunRecord, snapshot: GenerationSnapshot) => void;
  /** What the storage has to be told is told before it resolves. `leads`: this tab is the one that tells it. */
  readonly onEnd: (end: AnswerEnd) => Promise<void>;
  /** The tab that led has left, and the answer with it: what the storage has is newer. */
  readonly onGone: () => void;
}

export interface AnswerEnd {
  readonly record: ChatRunRecord;
  readonly snapshot: GenerationSnapshot;
  readonly error: ModelgraphError | undefined;
  readonly leads: boolean;
}

const KEEP_EVERY_MS = 1_000;

/** Browsers let the timers of a tab in the background run once a second. */
const LEAD_WITHIN_MS = 3_000;

const STATUS: Readonly<Partial<Record<HandleStatus, AnswerStatus>>> = {
  starting: 'submitted',
  'requires-action': 'requires-action',
  reconnecting: 'reconnecting',
};

const toStatus = ({ status, snapshot }: GenerationHandle): AnswerStatus =>
  STATUS[status] ?? (snapshot.parts.length === 0 ? 'submitted' : 'streaming');

/**
 * The answer that is being written. One tab leads: it asked, or took over from a tab that was closed; it runs tools and
 * keeps the cursor. Other tabs follow the same generation.
 */
export class ChatAnswer {
  readonly #client: Modelgraph;
  readonly #records: ChatRecords;
  readonly #tabs: ChatTabs;
  readonly #listener: AnswerListener;
  #run: ChatRun | undefined;
  #status: AnswerStatus | undefined;
  /** Of the last answer: until then its lock is held. */
  #ended: Promise<void> = Promise.resolve();

  constructor(client: Modelgraph, records: ChatRecords, tabs: ChatTabs, listener: AnswerListener) {
    this.#client = client;
    this.#records = records;
    this.#tabs = tabs;
    this.#listener = listener;
  }

  get record(): ChatRunRecord | undefined {
    return this.#run?.record;
  }

  /** Whether this tab is the one that runs tools and keeps what comes. */
  get leads(): boolean {
    return this.#run?.release !== undefined;
  }

  /** Resolves to the function that gives the lead back; undefined where another tab is answering. */
  async tryToLead(): Promise<(() => void) | undefined> {
    await this.#ended;
    return await this.#tabs.tryToLead();
  }

  /**
   * The same for a tab that knows of no answer. One whose end this tab has seen may not have been kept yet by the tab
   * that leads: that is waited for. `onWait` is called once the lead has come from another tab.
   */
  async lead(onWait: () => Promise<void>): Promise<(() => void) | undefined> {
    const release = await this.tryToLead();
    if (release !== undefined) return release;
    let waited: () => void;
    try {
      waited = await this.#tabs.waitToLead(AbortSignal.timeout(LEAD_WITHIN_MS));
    } catch {
      return undefined;
    }
    try {
      await onWait();
    } catch (error) {
      waited();
      throw error;
    }
    return waited;
  }

  /** Asks, as the tab that leads. */
  start(record: ChatRunRecord, release: () => void): void {
    this.#ask(this.#open(record, release));
  }

  /** Goes on with an answer that was begun before, or by another tab. */
  async join(record: ChatRunRecord): Promise<void> {
    const run = this.#open(record, undefined);
    const release = await this.tryToLead();
    if (run.left.signal.aborted) return release?.();
    run.release = release;
    if (record.generationId !== undefined) this.#follow(run);
    else if (release !== undefined) this.#askAgain(run);
    if (release === undefined) void this.#waitToLead(run);
  }

  /** What another tab has kept about the answer that this one waits for. */
  learn(record: ChatRunRecord): void {
    const run = this.#run;
    if (run === undefined || run.handle !== undefined || record.generationId === undefined) return;
    if (record.idempotencyKey !== run.record.idempotencyKey) return;
    run.record = record;
    this.#follow(run);
  }

  async cancel(): Promise<void> {
    if (this.#run === undefined) return;
    if (this.#run.handle === undefined) this.#tabs.announce('stop');
    else await this.#run.handle.cancel();
  }

  /** Keeps how far the answer has come. */
  keep(): void {
    const run = this.#run;
    if (run?.release === undefined) return;
    run.keptAt = performance.now();
    if (run.handle !== undefined)
      run.record = { ...run.record, cursor: run.handle.snapshot.cursor, snapshot: run.handle.snapshot };
    void this.#records.writeRun(run.record);
  }

  /** Leaves the answer, which goes on without this tab. Gives what `join` needs to come back. */
  leave(): ChatRunRecord | undefined {
    const run = this.#run;
    if (run === undefined) return undefined;
    this.keep();
    this.#run = undefined;
    run.left.abort();
    run.handle?.detach();
    run.release?.();
    return run.record;
  }

  #open(record: ChatRunRecord, release: (() => void) | undefined): ChatRun {
    const run: ChatRun = { record, handle: undefined, release, left: new AbortController(), keptAt: 0 };
    this.#run = run;
    this.#status = undefined;
    this.#setStatus('submitted');
    return run;
  }

  #ask(run: ChatRun): void {
    const { onToolCall, toInput } = this.#listener;
    const { idempotencyKey } = run.record;
    this.#drive(run, () => this.#client.generate(toInput(run.record), { idempotencyKey, onToolCall }));
  }

  #askAgain(run: ChatRun): void {
    if (mayAskAgain(run.record.startedAt, Date.now())) return this.#ask(run);
    const message = 'The message may not have reached the server before the page was left.';
    this.#end(run, EMPTY_SNAPSHOT, new ModelgraphError(message, { code: 'SERVER_AWAY', retryable: true }));
  }

  #follow(run: ChatRun): void {
    const { generationId = '', cursor, snapshot } = run.record;
    this.#drive(run, () =>
      this.#client.follow(generationId, {
        ...(cursor !== undefined && snapshot !== undefined && { after: cursor, from: snapshot }),
        ...(run.release !== undefined && { onToolCall: this.#listener.onToolCall }),
      }),
    );
  }

  async #waitToLead(run: ChatRun): Promise<void> {
    let release: () => void;
    try {
      release = await this.#tabs.waitToLead(run.left.signal);
    } catch {
      // This tab has left before it was its turn.
      return;
    }
    const record = run.handle === undefined ? await this.#records.readRun() : undefined;
    if (this.#run !== run) return release();
    if (run.handle === undefined && record?.idempotencyKey !== run.record.idempotencyKey) {
      // Another tab has ended it. Without the lead, leaving writes nothing over what that tab has kept.
      this.leave();
      release();
      return this.#listener.onGone();
    }
    run.release = release;
    if (run.handle !== undefined) return run.handle.onToolCall(this.#listener.onToolCall);
    // The tab that led has gone before it said which generation it is.
    if (record === undefined) return;
    run.record = record;
    if (record.generationId === undefined) this.#askAgain(run);
    else this.#follow(run);
  }

  #drive(run: ChatRun, open: () => GenerationHandle): void {
    this.#read(run, open).catch((error: unknown) => this.#end(run, EMPTY_SNAPSHOT, toModelgraphError(error)));
  }

  async #read(run: ChatRun, open: () => GenerationHandle): Promise<void> {
    const handle = open();
    run.handle = handle;
    const throttleMs = this.#listener.throttleMs();
    const unsubscribe = handle.subscribe(() => this.#onChange(run, handle));
    this.#onChange(run, handle);
    let failure: ModelgraphError | undefined;
    try {
      for await (const snapshot of handle.snapshots(throttleMs === undefined ? {} : { throttleMs })) {
        if (run.left.signal.aborted) return;
        this.#listener.onProgress(run.record, snapshot);
        if (performance.now() - run.keptAt > KEEP_EVERY_MS) this.keep();
      }
    } catch (error) {
      failure = toModelgraphError(error);
    } finally {
      unsubscribe();
    }
    if (failure === undefined && handle.status === 'detached') this.leave();
    else this.#end(run, handle.snapshot, failure);
  }

  #onChange(run: ChatRun, handle: GenerationHandle): void {
    if (this.#run !== run) return;
    this.#setStatus(toStatus(handle));
    if (handle.id === undefined || handle.id === run.record.generationId) return;
    run.record = { ...run.record, generationId: handle.id };
    if (run.release === undefined) return;
    void this.#records.writeRun(run.record).then(() => this.#tabs.announce('changed'));
  }

  #setStatus(status: AnswerStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#listener.onStatus(status);
  }

  #end(run: ChatRun, snapshot: GenerationSnapshot, error: ModelgraphError | undefined): void {
    if (this.#run !== run) return;
    this.#run = undefined;
    run.left.abort();
    const { handle, release } = run;
    const record = handle === undefined ? run.record : { ...run.record, cursor: snapshot.cursor, snapshot };
    this.#ended = this.#listener
      .onEnd({ record, snapshot, error, leads: release !== undefined })
      .finally(() => release?.());
  }
}
