import type { StreamEvent } from '../../../../core/stream-event.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import { toText } from '../../../shared/reading/to-text.ts';
import type { ChatAnnotation, ChatDelta } from './chat-chunk.ts';

type Piece = Extract<StreamEvent, { readonly type: 'text-delta' | 'reasoning-delta' }>;

const NONE: readonly Piece[] = [];

/**
 * What a delta or a message says, reasoning before text where they are fields of their own, in the order of the parts where
 * the content is a list (Mistral). Throws for content, reasoning or a refusal that is neither text nor a list of parts.
 */
export function* readContent(delta: ChatDelta): Generator<Piece> {
  yield* toPieces('reasoning-delta', readReasoning(delta));
  const { content, refusal } = delta;
  if (Array.isArray(content)) yield* readParts(content);
  else yield* toPieces('text-delta', toText(content));
  yield* toPieces('text-delta', toText(refusal));
}

const toPieces = (type: Piece['type'], text: string): readonly Piece[] =>
  text === '' ? NONE : [{ type, text }];

/** A server may send several names of it, all but one of them empty. */
const readReasoning = ({ reasoning_content, reasoning, reasoning_details }: ChatDelta): string => {
  for (const given of [reasoning_content, reasoning]) {
    const text = joinTexts(given);
    if (text !== '') return text;
  }
  return Array.isArray(reasoning_details) ? reasoning_details.map(readDetail).join('') : '';
};

/** OpenRouter's `reasoning.text` and `reasoning.summary`; `reasoning.encrypted` is for the provider behind it alone. */
const readDetail = (detail: unknown): string => {
  if (!isRecord(detail)) return '';
  const { text, summary } = detail;
  return toText(text ?? summary);
};

/** Mistral: parts of text, of thinking, which is a list of texts, and references, which are neither. */
function* readParts(parts: readonly unknown[]): Generator<Piece> {
  for (const part of parts) {
    if (!isRecord(part)) {
      yield* toPieces('text-delta', toText(part));
      continue;
    }
    const { type, text, thinking, reasoning } = part;
    if (type === 'thinking' || type === 'reasoning')
      yield* toPieces('reasoning-delta', joinTexts(thinking ?? reasoning ?? text));
    else if (type === undefined || type === 'text' || type === 'output_text')
      yield* toPieces('text-delta', toText(text));
  }
}

const joinTexts = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(joinTexts).join('');
  return toText(isRecord(value) ? value['text'] : value);
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
