import { isRecord, type TranscriptChange } from './read-operation-message.ts';

export interface ShownToolCall {
  readonly name: string;
  readonly argumentsText: string;
  /** Whether the generation waits for its result. */
  readonly waits: boolean;
}

/** What the transcript of one operation shows. */
export interface TranscriptState {
  readonly status: 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled';
  readonly model: string | undefined;
  readonly reasoning: string;
  readonly text: string;
  /** By call id. */
  readonly toolCalls: ReadonlyMap<string, ShownToolCall>;
  /** Addresses with their titles. */
  readonly sources: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
  readonly failure: string | undefined;
  readonly finishReason: string | undefined;
  /** The counts that were selected, in the order to show them. */
  readonly counts: Readonly<Record<string, string>>;
}

export const EMPTY_TRANSCRIPT: TranscriptState = {
  status: 'running',
  model: undefined,
  reasoning: '',
  text: '',
  toolCalls: new Map(),
  sources: new Map(),
  warnings: [],
  failure: undefined,
  finishReason: undefined,
  counts: {},
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const fieldOf = (value: unknown, name: string): unknown => (isRecord(value) ? value[name] : undefined);

/** The text with a delta at its offset: a delta that comes again replaces itself. */
const addDelta = (text: string, event: TranscriptChange['event']): string => {
  const { offset } = event;
  const start = typeof offset === 'number' ? text.slice(0, offset) : text;
  return start + (textOf(event['text']) ?? '');
};

const COUNTS: readonly (readonly [string, string])[] = [
  ['inputTokens', 'in'],
  ['outputTokens', 'out'],
  ['reasoningTokens', 'reasoning'],
  ['totalTokens', 'tokens'],
];

const readCounts = (event: TranscriptChange['event']): Readonly<Record<string, string>> => {
  const from = fieldOf(event, 'generation') ?? event;
  const usage = fieldOf(from, 'usage');
  const total = fieldOf(fieldOf(from, 'cost'), 'total');
  const firstDeltaMs = fieldOf(from, 'firstDeltaMs');
  const counts = COUNTS.flatMap(([field, label]) => {
    const count = fieldOf(usage, field);
    return typeof count === 'number' ? [[label, count.toLocaleString('en')] as const] : [];
  });
  return {
    ...Object.fromEntries(counts),
    ...(total !== undefined && total !== null && { cost: `$${Number(total)}` }),
    ...(typeof firstDeltaMs === 'number' && { 'first delta': `${firstDeltaMs} ms` }),
  };
};

const readToolCalls = (
  event: TranscriptChange['event'],
  before: TranscriptState['toolCalls'],
): TranscriptState['toolCalls'] => {
  const calls = new Map(before);
  for (const call of Array.isArray(event['toolCalls']) ? (event['toolCalls'] as unknown[]) : []) {
    const name = textOf(fieldOf(call, 'name')) ?? 'function';
    const id = textOf(fieldOf(call, 'callId')) ?? name;
    const given = fieldOf(call, 'arguments');
    const argumentsText = given === undefined ? (calls.get(id)?.argumentsText ?? '') : JSON.stringify(given);
    calls.set(id, { name, argumentsText, waits: true });
  }
  return calls;
};

const addToolCallDelta = (
  event: TranscriptChange['event'],
  before: TranscriptState['toolCalls'],
): TranscriptState['toolCalls'] => {
  const name = textOf(event['name']) ?? 'function';
  const id = textOf(event['callId']) ?? name;
  const argumentsText = (before.get(id)?.argumentsText ?? '') + (textOf(event['argumentsDelta']) ?? '');
  return new Map(before).set(id, { name, argumentsText, waits: false });
};

const toFailureText = (error: unknown): string =>
  [textOf(fieldOf(error, 'code')), textOf(fieldOf(error, 'message'))]
    .filter((text) => text !== undefined)
    .join(': ') || 'The generation failed.';

/** Pure: the state after a change. */
export const applyChange = (state: TranscriptState, { kind, event }: TranscriptChange): TranscriptState => {
  const counts = { ...state.counts, ...readCounts(event) };
  switch (kind) {
    case 'started':
      return { ...state, status: 'running', model: textOf(fieldOf(event['model'], 'name')) };
    case 'reasoning':
      return { ...state, reasoning: addDelta(state.reasoning, event) };
    case 'text':
      return { ...state, status: 'running', text: addDelta(state.text, event) };
    case 'tool-call':
      return { ...state, toolCalls: addToolCallDelta(event, state.toolCalls) };
    case 'action-required':
      return { ...state, status: 'waiting', toolCalls: readToolCalls(event, state.toolCalls) };
    case 'citation': {
      const url = textOf(fieldOf(event['citation'], 'url'));
      if (url === undefined) return state;
      const title = textOf(fieldOf(event['citation'], 'title')) ?? url;
      return { ...state, sources: new Map(state.sources).set(url, title) };
    }
    case 'usage':
      return { ...state, counts };
    case 'warning': {
      const message = textOf(fieldOf(event['warning'], 'message'));
      return message === undefined ? state : { ...state, warnings: [...state.warnings, message] };
    }
    case 'completed':
      return { ...state, status: 'completed', finishReason: textOf(event['finishReason']), counts };
    case 'failed':
      return { ...state, status: 'failed', failure: toFailureText(event['error']), counts };
    case 'cancelled':
      return { ...state, status: 'cancelled', counts };
  }
};
