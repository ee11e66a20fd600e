import type { GenerationResult } from '../../src/core/generation.ts';
import type { Event } from '../support/app/events.ts';
import type { Raw } from '../support/upstream/replay.ts';

/** What a client was told: every event, or the answer it waited for, or why there is none and what there was by then. */
export type Answer =
  | { readonly type: 'events'; readonly events: readonly Event[] }
  | { readonly type: 'generation'; readonly generation: Raw }
  | { readonly type: 'failure'; readonly extensions: Raw; readonly generation: Raw };

/** What an answer comes to, whichever way it came. Names are those of the API. */
export interface Outcome {
  readonly text: string;
  readonly reasoning: string | null;
  readonly toolCalls: readonly Raw[];
  readonly citations: readonly Raw[];
  readonly usage: Raw;
  readonly warnings: readonly string[];
  readonly finishReason: string | null;
  /** null as well where the turn ends with calls whose results are awaited: the event for that does not tell. */
  readonly rawFinishReason: string | null;
  readonly error: Raw;
}

/** Adds up what the events say, without looking at the generation that the last one brings along. */
export const addUp = (events: readonly Event[]): Outcome => {
  const of = (type: string): readonly Raw[] => events.filter(({ __typename }) => __typename === type);
  const pieces = (type: string): string =>
    of(type)
      .map(({ text }) => text)
      .join('');
  const last = events.at(-1);
  return {
    text: pieces('TextDelta'),
    reasoning: pieces('ReasoningDelta') || null,
    toolCalls: of('ToolCallReady').map(({ toolCall }) => toolCall),
    citations: of('CitationAdded').map(({ citation }) => citation),
    usage: of('UsageUpdated').at(-1)?.usage ?? null,
    warnings: of('WarningRaised').map(({ warning }) => warning.code),
    finishReason: last?.__typename === 'ActionRequired' ? 'TOOL_CALLS' : (last?.['finishReason'] ?? null),
    rawFinishReason: last?.['generation']?.rawFinishReason ?? null,
    error: last?.['error'] ?? null,
  };
};

export const outcomeOf = (answer: Answer): Outcome => {
  switch (answer.type) {
    case 'events':
      return addUp(answer.events);
    case 'generation':
    case 'failure':
      return toOutcome(answer.generation);
  }
};

/** A generation as the API gives it. */
export const toOutcome = (generation: Raw): Outcome => ({
  text: generation.text,
  reasoning: generation.reasoning,
  toolCalls: generation.toolCalls,
  citations: generation.citations,
  usage: generation.usage,
  warnings: generation.warnings.map(({ code }: Raw) => code),
  finishReason: generation.finishReason,
  rawFinishReason: generation.rawFinishReason,
  error: generation.error ?? null,
});

/** The same in the server's own words, for what tests of the providers compare with. */
export const toGenerationResult = (outcome: Outcome): GenerationResult => ({
  text: outcome.text,
  reasoning: outcome.reasoning,
  toolCalls: outcome.toolCalls.map(({ signature, ...call }) => ({ ...call, opaque: signature })),
  citations: [...outcome.citations],
  finishReason: outcome.finishReason?.toLowerCase().replaceAll('_', '-') as GenerationResult['finishReason'],
  rawFinishReason: outcome.rawFinishReason,
  usage: outcome.usage && { ...outcome.usage, source: outcome.usage.source.toLowerCase() },
  warnings: [],
  state: null,
});
