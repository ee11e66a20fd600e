import { ProviderError } from '../../../../core/errors.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import type { ChatAnnotation, ChatDelta } from './chat-chunk.ts';

type Piece = Extract<StreamEvent, { readonly type: 'text-delta' | 'reasoning-delta' }>;

const NONE: readonly Piece[] = [];

/**
 * What a delta or a message says, reasoning before text where they are fields of their own, in the order of the parts where
 * the content is a list (Mistral). Throws `PROVIDER_FAILED` for content that is neither text nor a list of parts.
 */
export function* readContent(delta: ChatDelta, provider: string): Generator<Piece> {
  yield* toPieces('reasoning-delta', readReasoning(delta));
  const { content, refusal } = delta;
  if (typeof content === 'string') yield* toPieces('text-delta', content);
  else if (Array.isArray(content)) yield* readParts(content);
  else if (content !== null && content !== undefined)
    throw new ProviderError('PROVIDER_FAILED', {
      provider,
      vendorMessage: `the content of the answer is a ${typeof content}`,
    });
  yield* toPieces('text-delta', typeof refusal === 'string' ? refusal : '');
}

const toPieces = (type: Piece['type'], text: string): readonly Piece[] =>
  text === '' ? NONE : [{ type, text }];

/** A server may send several names of it, all but one of them empty. */
const readReasoning = ({ reasoning_content, reasoning, reasoning_details }: ChatDelta): string => {
  for (const given of [reasoning_content, reasoning])
    if (typeof given === 'string' && given !== '') return given;
  return Array.isArray(reasoning_details) ? reasoning_details.map(readDetail).join('') : '';
};

/** OpenRouter's `reasoning.text` and `reasoning.summary`; `reasoning.encrypted` is for the provider behind it alone. */
const readDetail = (detail: unknown): string => {
  if (!isRecord(detail)) return '';
  const { text, summary } = detail;
  return typeof text === 'string' ? text : typeof summary === 'string' ? summary : '';
};

/** Mistral: parts of text, of thinking, which is a list of texts, and references, which are neither. */
function* readParts(parts: readonly unknown[]): Generator<Piece> {
  for (const part of parts) {
    if (typeof part === 'string') yield* toPieces('text-delta', part);
    if (!isRecord(part)) continue;
    const { type, text, thinking, reasoning } = part;
    if (type === 'thinking' || type === 'reasoning')
      yield* toPieces('reasoning-delta', joinTexts(thinking ?? reasoning ?? text));
    else if ((type === undefined || type === 'text' || type === 'output_text') && typeof text === 'string')
      yield* toPieces('text-delta', text);
  }
}

const joinTexts = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(joinTexts).join('');
  return isRecord(value) && typeof value['text'] === 'string' ? value['text'] : '';
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
