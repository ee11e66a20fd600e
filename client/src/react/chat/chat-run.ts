import type { GenerationHandle } from '../../generation-handle.ts';
import type { GenerationSnapshot } from '../../generation-snapshot.ts';
import type { GenerateInput } from '../../schema-types.ts';
import { toMessages } from '../../to-messages.ts';
import type { ModelgraphError } from '../../modelgraph-error.ts';
import { isRunRecord, type RunRecord } from '../run-record.ts';
import type { ChatFailure, ChatMessage, ChatMetadata, ChatPart } from './chat-message.ts';

/** An answer that is being written, as it is kept for a reload and for other tabs. */
export interface ChatRunRecord extends RunRecord {
  /** Of the message that takes the answer. */
  readonly messageId: string;
  /** The request but for its messages, which the chat has. */
  readonly request: Omit<GenerateInput, 'messages' | 'prompt'>;
}

/** An answer that is being written, in this tab. */
export interface ChatRun {
  record: ChatRunRecord;
  /** Undefined in a tab that waits for another one to say which generation it is. */
  handle: GenerationHandle | undefined;
  /** Gives back the lock of the tab that answers; undefined in one that follows. */
  release: (() => void) | undefined;
  /** Aborted when this tab leaves the answer. */
  readonly left: AbortController;
  keptAt: number;
}

export const isChatRunRecord = (value: unknown): value is ChatRunRecord =>
  isRunRecord(value) && 'messageId' in value && 'request' in value;

const toFailure = ({
  code,
  message,
  suggestion,
  path,
  retryable,
  retryAfterMs,
}: ModelgraphError): ChatFailure => ({
  code,
  message,
  suggestion,
  path,
  retryable,
  retryAfterMs,
});

const toParts = ({ parts, citations }: GenerationSnapshot): readonly ChatPart[] =>
  citations.length === 0
    ? parts
    : [
        ...parts,
        ...citations.map((citation) => ({ ...citation, type: 'citation' as const, state: 'done' as const })),
      ];

const toMetadata = (snapshot: GenerationSnapshot): ChatMetadata => ({
  model: snapshot.model?.name,
  generationId: snapshot.id,
  usage: snapshot.usage,
  cost: snapshot.cost,
  firstDeltaMs: snapshot.generation?.firstDeltaMs,
  finishReason: snapshot.finishReason,
  warnings: snapshot.warnings,
});

/** What a snapshot makes of the message that takes the answer. */
export const toProgress = (snapshot: GenerationSnapshot): Partial<ChatMessage> => ({
  parts: toParts(snapshot),
  metadata: toMetadata(snapshot),
});

/** The same at the end; `error` is why there is none, where the generation itself did not say so. */
export const toOutcome = (
  snapshot: GenerationSnapshot,
  error: ModelgraphError | undefined,
): Partial<ChatMessage> => {
  const { parts, metadata } = toProgress(snapshot);
  const isCancelled = snapshot.status === 'CANCELLED' || error?.code === 'CANCELLED';
  const failure =
    snapshot.error === null
      ? error && toFailure(error)
      : { ...snapshot.error, retryAfterMs: snapshot.error.retryAfterMs ?? undefined };
  return {
    parts: (parts ?? []).map((part) =>
      part.type === 'tool' || part.state === 'done' ? part : { ...part, state: 'done' },
    ),
    status: isCancelled ? 'stopped' : failure === undefined ? 'done' : 'failed',
    metadata: isCancelled ? { ...metadata } : { ...metadata, error: failure },
    turns: toMessages(snapshot),
  };
};
