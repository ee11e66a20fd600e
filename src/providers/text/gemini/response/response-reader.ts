import type { Candidate, GenerateContentResponse, Part } from '@google/genai/web';
import { ProviderError } from '../../../../core/errors.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import { addUsage } from '../../../../core/usage.ts';
import { mergeReports } from '../../../shared/reading/merge-reports.ts';
import { createSearchCount } from './count-searches.ts';
import { toUsage } from './to-usage.ts';
import type { Turn } from './turn.ts';

/** Reads one response of a turn, chunk by chunk; a whole answer is the only chunk. */
export class ResponseReader {
  readonly #turn: Turn;
  #finishReason: string | null = null;
  #continuationToken: string | null = null;

  constructor(turn: Turn) {
    this.#turn = turn;
    turn.text.beginResponse();
    turn.usageBefore = turn.usage;
    turn.reported = null;
    turn.searches = createSearchCount();
  }

  /** null: the vendor has not said how it ends. */
  get finishReason(): string | null {
    return this.#finishReason;
  }

  /** With which an interrupted answer is asked for again. */
  get continuationToken(): string | null {
    return this.#continuationToken;
  }

  /** Adds what a chunk says to the events. Throws `CONTENT_FILTERED` for a blocked prompt. */
  read(chunk: GenerateContentResponse, events: StreamEvent[]): void {
    const turn = this.#turn;
    const candidate = chunk.candidates?.[0];
    turn.responseId = chunk.responseId ?? turn.responseId;
    if (candidate !== undefined) readCandidate(candidate, turn, events);
    readUsage(chunk, turn, events);
    assertNotBlocked(chunk);
    this.#finishReason = candidate?.finishReason ?? this.#finishReason;
    this.#continuationToken = candidate?.continuationToken ?? this.#continuationToken;
  }
}

const readCandidate = (candidate: Candidate, turn: Turn, events: StreamEvent[]): void => {
  const parts = (candidate.content?.parts ?? []).filter((part) => isRecord(part));
  for (const part of parts) readPart(part, turn, events);
  turn.text.add(parts);
  turn.citations.add(candidate);
  turn.searches.add(candidate);
};

const readPart = (part: Part, turn: Turn, events: StreamEvent[]): void => {
  if (part.functionCall) {
    events.push(...turn.functionCalls.read(part.functionCall, part.thoughtSignature ?? null));
    return;
  }
  turn.replay.add(part);
  for (const toolCall of turn.serverTools.read(part)) events.push({ type: 'tool-call', toolCall });
  if (!part.text) return;
  events.push({ type: part.thought === true ? 'reasoning-delta' : 'text-delta', text: part.text });
};

/** The numbers of a chunk are those of the response so far; most chunks repeat them. */
const readUsage = ({ usageMetadata }: GenerateContentResponse, turn: Turn, events: StreamEvent[]): void => {
  turn.reported = mergeReports(turn.reported, usageMetadata);
  const reported = turn.reported === null ? null : toUsage(turn.reported, turn.searches.count());
  if (reported === null) return;
  const usage = addUsage(turn.usageBefore, reported);
  if (JSON.stringify(usage) === JSON.stringify(turn.usage)) return;
  turn.usage = usage;
  events.push({ type: 'usage', usage });
};

const assertNotBlocked = ({ promptFeedback }: GenerateContentResponse): void => {
  if (!promptFeedback?.blockReason) return;
  const { blockReason, blockReasonMessage } = promptFeedback;
  throw new ProviderError('CONTENT_FILTERED', {
    provider: 'gemini',
    vendorMessage: [blockReason, blockReasonMessage].filter(Boolean).join(': '),
  });
};
