import type { Candidate, GenerateContentResponse, Part } from '@google/genai/web';
import { ProviderError } from '../../../../core/errors.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import { addUsage } from '../../../../core/usage.ts';
import { createSearchCount } from './count-searches.ts';
import { toUsage } from './to-usage.ts';
import { mergeReports } from '../../../shared/reading/merge-reports.ts';
import type { Turn } from './turn.ts';

/** How a response ended. */
export interface ResponseEnd {
  readonly finishReason: string;
  readonly continuationToken: string | null;
}

/**
 * The events of one response: the chunks of a stream, or a single whole one. Gives how it ended; undefined when the
 * vendor never said so. Throws `CONTENT_FILTERED` for a blocked prompt.
 */
export async function* readEvents(
  chunks: AsyncIterable<GenerateContentResponse>,
  turn: Turn,
): AsyncGenerator<StreamEvent, ResponseEnd | undefined> {
  let finishReason: string | null = null;
  let continuationToken: string | null = null;
  turn.text.beginResponse();
  turn.usageBefore = turn.usage;
  turn.reported = null;
  turn.searches = createSearchCount();
  try {
    for await (const chunk of chunks) {
      const candidate = chunk.candidates?.[0];
      turn.responseId = chunk.responseId ?? turn.responseId;
      if (candidate !== undefined) yield* readCandidate(candidate, turn);
      yield* readUsage(chunk, turn);
      assertNotBlocked(chunk);
      finishReason = candidate?.finishReason ?? finishReason;
      continuationToken = candidate?.continuationToken ?? continuationToken;
    }
  } catch (error) {
    // A connection lost after the finish reason has cost its numbers at most, not the answer.
    if (finishReason === null) throw error;
  }
  if (finishReason === null) return undefined;
  for (const citation of turn.citations.take(turn.text)) yield { type: 'citation', citation };
  return { finishReason, continuationToken };
}

function* readCandidate(candidate: Candidate, turn: Turn): Generator<StreamEvent> {
  const parts = (candidate.content?.parts ?? []).filter((part) => isRecord(part));
  for (const part of parts) yield* readPart(part, turn);
  turn.text.add(parts);
  turn.citations.add(candidate);
  turn.searches.add(candidate);
}

function* readPart(part: Part, turn: Turn): Generator<StreamEvent> {
  if (part.functionCall) {
    yield* turn.functionCalls.read(part.functionCall, part.thoughtSignature ?? null);
    return;
  }
  turn.replay.add(part);
  for (const toolCall of turn.serverTools.read(part)) yield { type: 'tool-call', toolCall };
  if (!part.text) return;
  yield { type: part.thought === true ? 'reasoning-delta' : 'text-delta', text: part.text };
}

/** The numbers of a chunk are those of the response so far; most chunks repeat them. */
function* readUsage({ usageMetadata }: GenerateContentResponse, turn: Turn): Generator<StreamEvent> {
  turn.reported = mergeReports(turn.reported, usageMetadata);
  const reported = turn.reported === null ? null : toUsage(turn.reported, turn.searches.count());
  if (reported === null) return;
  const usage = addUsage(turn.usageBefore, reported);
  if (JSON.stringify(usage) === JSON.stringify(turn.usage)) return;
  turn.usage = usage;
  yield { type: 'usage', usage };
}

const assertNotBlocked = ({ promptFeedback }: GenerateContentResponse): void => {
  if (!promptFeedback?.blockReason) return;
  const { blockReason, blockReasonMessage } = promptFeedback;
  throw new ProviderError('CONTENT_FILTERED', {
    provider: 'gemini',
    vendorMessage: [blockReason, blockReasonMessage].filter(Boolean).join(': '),
  });
};
