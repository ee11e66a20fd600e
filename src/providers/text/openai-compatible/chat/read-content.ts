import type { StreamEvent } from '../../../../core/stream-event.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import { toText } from '../../../shared/reading/to-text.ts';
import type { ChatAnnotation, ChatDelta } from './chat-chunk.ts';

type Piece = Extract<StreamEvent, { readonly type: 'text-delta' | 'reasoning-delta' }>;

/**
 * Adds what a delta or a message says to the events, reasoning before text where they are fields of their own, in the order of
 * the parts where the content is a list (Mistral). Throws for content, reasoning or a refusal that is neither text nor a list
 * of parts.
 */
export const readContent = (delta: ChatDelta, events: StreamEvent[]): void => {
  addPiece(events, 'reasoning-delta', readReasoning(delta));
  const { content, refusal } = delta;
  if (typeof content === 'object' && content !== null) readParts([content], events);
  else addPiece(events, 'text-delta', toText(content));
  addPiece(events, 'text-delta', toText(refusal));
};

const addPiece = (events: StreamEvent[], type: Piece['type'], text: string): void => {
  if (text !== '') events.push({ type, text });
};

/** A server may send several names of it, all but one of them empty. */
const readReasoning = (delta: ChatDelta): string => {
  const { reasoning_content, reasoning, thinking, reasoning_text, reasoning_details } = delta;
  const isNamed = thinking || reasoning_text || reasoning_details;
  if (!isNamed && isNothing(reasoning_content) && isNothing(reasoning)) return '';
  const others = [thinking, reasoning_text].filter((given) => typeof given === 'string');
  for (const given of [reasoning_content, reasoning, ...others]) {
    const text = joinTexts(given);
    if (text !== '') return text;
  }
  return Array.isArray(reasoning_details) ? reasoning_details.map(readDetail).join('') : '';
};

const isNothing = (given: unknown): boolean => given === undefined || given === null || given === '';

/** OpenRouter's `reasoning.text` and `reasoning.summary`; `reasoning.encrypted` is for the provider behind it alone. */
const readDetail = (detail: unknown): string => {
  if (!isRecord(detail)) return '';
  const { text, summary } = detail;
  return toText(text ?? summary);
};

const REASONING_PARTS: ReadonlySet<unknown> = new Set([
  'thinking',
  'reasoning',
  'reasoning_text',
  'reasoning_content',
  'summary_text',
]);
const TEXT_PARTS: ReadonlySet<unknown> = new Set([undefined, 'text', 'output_text', 'input_text']);

/**
 * Mistral: parts of text, of thinking, which is a list of texts, and references, which are neither. Databricks: parts of
 * text, and of reasoning, which is a list of summaries.
 */
const readParts = (parts: readonly unknown[], events: StreamEvent[]): void => {
  for (const part of parts) {
    if (Array.isArray(part)) readParts(part, events);
    else if (!isRecord(part)) addPiece(events, 'text-delta', toText(part));
    else {
      const type: unknown = typeof part['type'] === 'string' ? part['type'].toLowerCase() : undefined;
      if (REASONING_PARTS.has(type)) addPiece(events, 'reasoning-delta', joinTexts(part));
      else if (TEXT_PARTS.has(type)) addPiece(events, 'text-delta', joinTexts(part));
    }
  }
};

/** The fields of an object that may hold its text, the most specific first. */
const TEXT_FIELDS = ['thinking', 'reasoning', 'reasoning_content', 'summary', 'text', 'content', 'value'];

const joinTexts = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(joinTexts).join('');
  if (!isRecord(value)) return toText(value);
  const given = TEXT_FIELDS.map((name) => value[name]).find((field) => field !== undefined && field !== null);
  return joinTexts(given);
};

/** The citations that a delta or a message brings for places of its text. */
export function* readAnnotations({ annotations }: ChatDelta): Generator<StreamEvent> {
  for (const annotation of Array.isArray(annotations) ? annotations : []) {
    if (!isRecord(annotation) || annotation['type'] !== 'url_citation') continue;
    const { url_citation: nested, ...flat } = annotation as ChatAnnotation;
    const { url, title, start_index, end_index } = nested ?? flat;
    yield {
      type: 'citation',
      citation: {
        url: url ?? null,
        title: title ?? null,
        snippet: null,
        startIndex: start_index ?? null,
        endIndex: end_index ?? null,
      },
    };
  }
}
