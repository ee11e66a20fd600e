import type { Modelgraph } from '../../modelgraph.ts';
import { ModelgraphError } from '../../modelgraph-error.ts';
import type { GenerateInput, JsonValue } from '../../schema-types.ts';
import type { StorageAdapter } from '../../storage.ts';
import { createKey } from '../../generation/create-key.ts';
import { createStore } from '../store.ts';
import { toModelgraphError } from '../../to-modelgraph-error.ts';
import { toFilePart } from './attachments.ts';
import { type AnswerEnd, type AnswerStatus, ChatAnswer } from './chat-answer.ts';
import type { ChatMessage, ChatPart, FilePart } from './chat-message.ts';
import { type ChatPreview, NO_PREVIEW, Previewer } from './chat-preview.ts';
import { ChatRecords } from './chat-records.ts';
import { type ChatRunRecord, toOutcome, toProgress } from './chat-run.ts';
import { type ChatTabs, createChatTabs, isShared } from './chat-tabs.ts';
import { type ChatTools, createToolHandler, toToolInputs, WaitingCalls } from './chat-tools.ts';
import * as trees from './chat-tree.ts';
import { toMessageInputs } from './to-messages.ts';

export interface ChatOptions {
  readonly model: string;
  readonly settings?: Partial<Omit<GenerateInput, 'model' | 'messages' | 'prompt' | 'tools'>> | undefined;
  readonly tools?: ChatTools | undefined;
  /** The least time between two renders of a growing answer, in milliseconds. Default: 50. */
  readonly throttleMs?: number | undefined;
}

export interface ChatState {
  /**
   * `loading`: an asynchronous storage is being read. `submitted`: nothing of the answer has come. `failed`: the last
   * answer has, or a message could not be sent; `error` says why.
   */
  readonly status: 'loading' | 'ready' | AnswerStatus | 'failed';
  /** The branch that is shown, oldest first. */
  readonly messages: readonly ChatMessage[];
  readonly error: ModelgraphError | undefined;
  /** Of what `setDraft` was given last. */
  readonly preview: ChatPreview;
  /** False where the storage could not take all of the conversation: a reload would lose something. */
  readonly isKept: boolean;
}

export interface ChatDraft {
  readonly text: string;
  readonly files?: readonly File[] | undefined;
}

/** Larger attachments are left out of previews: they would be uploaded at each pause of the typing. */
const PREVIEWED_FILE_BYTES = 256 * 1024;

export const INITIAL_STATE: ChatState = {
  status: 'loading',
  messages: [],
  error: undefined,
  preview: NO_PREVIEW,
  isKept: true,
};

/** These end the waiting for an answer, not the answer: it is joined again instead of being asked for again. */
const isLost = (error: ModelgraphError | undefined): boolean =>
  error?.code === 'SERVER_AWAY' || error?.code === 'OFFLINE';

const isSmall = (part: ChatPart): boolean => part.type !== 'file' || part.sizeBytes <= PREVIEWED_FILE_BYTES;

/** An answer of which no tab and no record knows any more was interrupted. */
const settle = (tree: trees.ChatTree): trees.ChatTree => ({
  ...tree,
  messages: tree.messages.map((message) =>
    message.status === 'streaming' ? { ...message, status: 'stopped' } : message,
  ),
});

/**
 * A conversation: what `useChat` renders. It knows no React. Making one starts nothing; `attach` joins the answer that
 * was being written when the page was left, and only calls of the user start one.
 */
export class Chat {
  readonly #records: ChatRecords;
  readonly #tabs: ChatTabs;
  readonly #answer: ChatAnswer;
  readonly #previewer: Previewer;
  readonly #store = createStore(INITIAL_STATE);
  readonly #waitingCalls = new WaitingCalls();
  #options: ChatOptions = { model: '' };
  #tree = trees.EMPTY_TREE;
  /** From a call of the user until its request is made. */
  #starting: { stopped: boolean } | undefined;
  /** An answer that was left, or whose server stayed away. */
  #pending: ChatRunRecord | undefined;
  #attached = 0;
  #close: (() => void) | undefined;
  /** Counts changes of the tree, so that a slower read of the storage does not undo one. */
  #changes = 0;

  readonly subscribe = this.#store.subscribe;
  readonly getState = this.#store.get;

  constructor(client: Modelgraph, id: string, storage: StorageAdapter | undefined) {
    this.#records = new ChatRecords(storage, id);
    this.#tabs = createChatTabs(`modelgraph-chat:${id}`, isShared(storage));
    this.#previewer = new Previewer(client, (preview) => this.#set({ preview }));
    this.#answer = new ChatAnswer(client, this.#records, this.#tabs, {
      throttleMs: () => this.#options.throttleMs,
      onToolCall: createToolHandler(() => this.#options.tools ?? {}, this.#waitingCalls),
      toInput: (record) => this.#toInput(record),
      onStatus: (status) => this.#set({ status }),
      onProgress: ({ messageId }, snapshot) =>
        this.#setTree(trees.withChange(this.#tree, messageId, toProgress(snapshot))),
      onEnd: (end) => this.#end(end),
      onGone: () => void this.resume(),
    });
    const tree = this.#records.readTree();
    if (!(tree instanceof Promise)) this.#setTree(tree ?? trees.EMPTY_TREE, { status: 'ready' });
  }

  configure(options: ChatOptions): void {
    this.#options = options;
  }

  /** Joins the answer that is being written, if there is one. The returned function leaves it, which does not end it. */
  attach(): () => void {
    this.#attached += 1;
    if (this.#close === undefined) this.#enter();
    return () => {
      this.#attached -= 1;
      // StrictMode leaves and comes back at once.
      queueMicrotask(() => this.#attached === 0 && this.#close?.());
    };
  }

  /** Resolves to whether the message was taken. It is not while an answer is being written, here or in another tab. */
  async send({ text, files = [] }: ChatDraft): Promise<boolean> {
    if (text.trim() === '' && files.length === 0) return false;
    return await this.#begin(async () => {
      const parts: ChatPart[] = await Promise.all(files.map(toFilePart));
      if (text !== '') parts.push({ type: 'text', state: 'done', text });
      return this.#withUserMessage(this.#tree.headId, parts);
    });
  }

  /** Another answer in the place of this one, which stays as a branch. */
  async regenerate(messageId: string): Promise<boolean> {
    const message = trees.findMessage(this.#tree, messageId);
    const headId = message?.role === 'user' ? message.id : message?.parentId;
    return headId != null && (await this.#begin(() => ({ ...this.#tree, headId })));
  }

  /** Asks with another text in the place of that message; the message and what followed it stay as a branch. */
  async edit(messageId: string, text: string): Promise<boolean> {
    const message = trees.findMessage(this.#tree, messageId);
    if (message?.role !== 'user' || text.trim() === '') return false;
    const files = message.parts.filter((part): part is FilePart => part.type === 'file');
    return await this.#begin(() =>
      this.#withUserMessage(message.parentId, [...files, { type: 'text', state: 'done', text }]),
    );
  }

  /** After a failure: joins the answer that was lost from sight, or else asks again. */
  async retry(): Promise<boolean> {
    const head = trees.findMessage(this.#tree, this.#tree.headId ?? '');
    if (head === undefined || this.#isBusy()) return false;
    if (this.#pending?.messageId === head.id) return await this.#join(this.#pending);
    if (head.role === 'user' || head.parts.length > 0) return await this.regenerate(head.id);
    // Nothing had come: there is nothing to keep as a branch.
    return await this.#begin(() => trees.withoutMessage(this.#tree, head.id));
  }

  /** Ends the answer that is being written, for every tab; what has come of it stays. */
  async stop(): Promise<void> {
    if (this.#starting !== undefined) this.#starting.stopped = true;
    try {
      await this.#answer.cancel();
    } catch (error) {
      this.#set({ error: toModelgraphError(error) });
    }
  }

  /** Reads the storage again and joins the answer that is being written; `attach` has done so. */
  async resume(): Promise<void> {
    const changes = this.#changes;
    const kept = await this.#records.readTree();
    const record = (await this.#records.readRun()) ?? this.#pending;
    if (this.#answer.record !== undefined) return record && this.#answer.learn(record);
    if (this.#changes !== changes || this.#starting !== undefined || this.#close === undefined) return;
    const tree = this.#records.isComplete ? (kept ?? trees.EMPTY_TREE) : this.#tree;
    const status = record && trees.findMessage(tree, record.messageId)?.status;
    const isRunning = record !== undefined && status === 'streaming';
    if (status === 'failed') this.#pending = record;
    const { headId } = this.#tree;
    this.#setTree(isRunning ? tree : settle(tree));
    if (isRunning) await this.#join(record);
    else if (this.#store.get().status !== 'failed' || this.#tree.headId !== headId)
      this.#set({ status: 'ready', error: undefined });
  }

  /** Answers a call of a tool that has no `execute`. False where no such call waits, or another tab leads the answer. */
  addToolResult(callId: string, output: JsonValue, isError = false): boolean {
    const { messageId = '' } = this.#answer.record ?? {};
    const parts = trees.findMessage(this.#tree, messageId)?.parts ?? [];
    const call = parts.find((part) => part.type === 'tool' && part.callId === callId);
    if (call?.state !== 'ready' || !this.#answer.leads) return false;
    this.#waitingCalls.answer(callId, { output, isError });
    return true;
  }

  /** Asks the server what would become of a draft, once the typing pauses; an empty one ends it. */
  setDraft({ text, files = [] }: ChatDraft): void {
    if (text.trim() === '' && files.length === 0) return this.#previewer.ask(undefined);
    this.#previewer.ask(async () => {
      const small = files.filter(({ size }) => size <= PREVIEWED_FILE_BYTES);
      const parts: ChatPart[] = [
        ...(await Promise.all(small.map(toFilePart))),
        { type: 'text', state: 'done', text },
      ];
      const { messages, headId } = this.#withUserMessage(this.#tree.headId, parts);
      const path = trees.pathTo({ messages, headId }, headId);
      const history = path.map((message) => ({ ...message, parts: message.parts.filter(isSmall) }));
      return { ...this.#toRequest(), messages: toMessageInputs(history) };
    });
  }

  /** The message and those in its place in other branches, oldest first, for `selectBranch`. */
  branchesOf(messageId: string): readonly string[] {
    return trees.branchesOf(this.#tree, messageId);
  }

  /** Shows the branch of a message. Not while an answer is being written. */
  selectBranch(messageId: string): void {
    if (this.#isBusy()) return;
    this.#changeTree(
      { ...this.#tree, headId: trees.newestBelow(this.#tree, messageId) },
      { status: 'ready', error: undefined },
    );
  }

  /** Ends the answer and forgets the conversation, in the storage too. */
  async clear(): Promise<void> {
    await this.stop();
    // Its end would be written after what is removed here.
    this.#answer.leave();
    this.#pending = undefined;
    this.#setTree(trees.EMPTY_TREE, { status: 'ready', error: undefined });
    await this.#records.remove();
    this.#tabs.announce('changed');
  }

  #enter(): void {
    const stopListening = this.#tabs.listen(
      (notice) => void (notice === 'stop' ? this.stop() : this.resume()),
    );
    const keep = (): void => this.#answer.keep();
    globalThis.addEventListener?.('pagehide', keep);
    this.#close = () => {
      this.#close = undefined;
      this.#pending = this.#answer.leave() ?? this.#pending;
      this.#previewer.ask(undefined);
      globalThis.removeEventListener?.('pagehide', keep);
      stopListening();
    };
    void this.resume();
  }

  async #begin(prepare: () => trees.ChatTree | Promise<trees.ChatTree>): Promise<boolean> {
    if (this.#isBusy()) return false;
    const starting = { stopped: false };
    this.#starting = starting;
    const before = this.#store.get();
    this.#set({ status: 'submitted', error: undefined });
    let release: (() => void) | undefined;
    let isRefused = false;
    try {
      release = await this.#answer.lead(() => this.#takeOver());
      const tree = release && (await prepare());
      if (release === undefined || tree === undefined || starting.stopped) {
        release?.();
        this.#set({ status: before.status, error: before.error });
        isRefused = release === undefined;
        return false;
      }
      this.#ask(tree, release);
      return true;
    } catch (error) {
      release?.();
      this.#set({ status: 'failed', error: toModelgraphError(error) });
      return false;
    } finally {
      this.#starting = undefined;
      // Another tab answers, and what it said meanwhile was not listened to.
      if (isRefused) void this.resume();
    }
  }

  /** What the tab that led before has kept. */
  async #takeOver(): Promise<void> {
    const kept = await this.#records.readTree();
    if (kept !== undefined && this.#records.isComplete) this.#setTree(settle(kept));
  }

  #ask(tree: trees.ChatTree, release: () => void): void {
    const messageId = createKey();
    this.#pending = undefined;
    const record = {
      messageId,
      idempotencyKey: createKey(),
      startedAt: Date.now(),
      request: this.#toRequest(),
    };
    const answer: ChatMessage = {
      id: messageId,
      role: 'assistant',
      parentId: tree.headId,
      parts: [],
      status: 'streaming',
      createdAt: Date.now(),
      metadata: { model: record.request.model },
    };
    const kept = this.#records.writeRun(record);
    this.#changeTree(trees.withMessage(tree, answer), {}, kept);
    this.#answer.start(record, release);
  }

  async #join(record: ChatRunRecord): Promise<boolean> {
    this.#pending = undefined;
    this.#setTree(trees.withChange(this.#tree, record.messageId, { status: 'streaming' }), {
      error: undefined,
    });
    await this.#answer.join(record);
    return true;
  }

  async #end({ record, snapshot, error, leads }: AnswerEnd): Promise<void> {
    const outcome = toOutcome(snapshot, error);
    const failure = outcome.metadata?.error;
    this.#setTree(trees.withChange(this.#tree, record.messageId, outcome), {
      status: failure === undefined ? 'ready' : 'failed',
      error: failure && (error ?? new ModelgraphError(failure.message, failure)),
    });
    this.#pending = isLost(error) ? record : undefined;
    if (!leads) return;
    await this.#keepTree();
    if (isLost(error)) await this.#records.writeRun(record);
    else await this.#records.removeRun();
    this.#tabs.announce('changed');
  }

  #isBusy(): boolean {
    return (
      this.#starting !== undefined ||
      this.#answer.record !== undefined ||
      this.#store.get().status === 'loading'
    );
  }

  #toRequest(): ChatRunRecord['request'] {
    const { model, settings, tools = {} } = this.#options;
    const request = { ...settings, model };
    return Object.keys(tools).length === 0 ? request : { ...request, tools: toToolInputs(tools) };
  }

  #toInput({ request, messageId }: ChatRunRecord): GenerateInput {
    const before = trees.findMessage(this.#tree, messageId)?.parentId ?? null;
    return { ...request, messages: toMessageInputs(trees.pathTo(this.#tree, before)) };
  }

  #withUserMessage(parentId: string | null, parts: readonly ChatPart[]): trees.ChatTree {
    const message = { id: createKey(), role: 'user', parentId, parts, status: 'done', metadata: {} } as const;
    return trees.withMessage(this.#tree, { ...message, createdAt: Date.now() });
  }

  #set(change: Partial<ChatState>): void {
    this.#store.set({ ...this.#store.get(), ...change });
  }

  #setTree(tree: trees.ChatTree, change: Partial<ChatState> = {}): void {
    this.#tree = tree;
    this.#changes += 1;
    this.#set({ ...change, messages: trees.pathTo(tree, tree.headId) });
  }

  /** A change that other tabs take over, once it is kept. */
  #changeTree(tree: trees.ChatTree, change: Partial<ChatState> = {}, kept?: Promise<void>): void {
    this.#setTree(tree, change);
    void Promise.all([this.#keepTree(), kept]).then(() => this.#tabs.announce('changed'));
  }

  async #keepTree(): Promise<void> {
    const isKept = await this.#records.writeTree(this.#tree);
    if (isKept !== this.#store.get().isKept) this.#set({ isKept });
  }
}
