import type { Part } from '@google/genai/web';
import { MAX_CITATIONS } from '../../../shared/reading/limits.ts';

/** A stretch of an answer as the vendor gives it: bytes of UTF-8, end exclusive, from the start of one part. */
export interface ByteSegment {
  readonly startIndex?: number;
  readonly endIndex?: number;
  readonly partIndex?: number;
  /** The text it covers. */
  readonly text?: string;
}

export interface TextSpan {
  readonly startIndex: number;
  readonly endIndex: number;
}

/** The text of a turn as it grows, with the places where the vendor's parts begin in it. */
export interface AnswerText {
  /** From here on parts are counted from 0 again. */
  beginResponse(): void;
  /** Takes the parts of one chunk. The first one goes on with the last part of the chunk before, if it is of its kind. */
  add(parts: readonly Part[]): void;
  /**
   * Finds a segment of the current response in the whole text, in UTF-16 code units. The same segment, which a stream may
   * repeat with each chunk, is looked for once. Of an answer with more of them than citations are taken, the rest is not found.
   */
  find(segment: ByteSegment): TextSpan | undefined;
}

type Kind = 'text' | 'thought' | 'other';

const kindOf = (part: Part): Kind => {
  if (part.text === undefined) return 'other';
  return part.thought === true ? 'thought' : 'text';
};

/** Bases whose bytes are kept: that of the response, and a few parts. */
const MAX_ENCODED = 4;

/**
 * The part index of a segment is a hint only: the vendor leaves it out where thoughts come first. What decides is the
 * text of the segment: a place that reads otherwise is not taken.
 */
export const createAnswerText = (): AnswerText => {
  let text = '';
  let responseStart = 0;
  let partStarts: number[] = [];
  let lastKind: Kind = 'other';
  /** Of the text from the bases that segments have named: there may be many segments, and the text long. */
  const encoded = new Map<number, Buffer>();
  /** By what a segment says. */
  const found = new Map<string, TextSpan | undefined>();

  const bytesFrom = (base: number): Buffer => {
    const known = encoded.get(base);
    if (known !== undefined) return known;
    const bytes = Buffer.from(text.slice(base), 'utf8');
    if (encoded.size < MAX_ENCODED) encoded.set(base, bytes);
    return bytes;
  };

  const findFrom = (base: number, segment: ByteSegment): TextSpan | undefined => {
    const { startIndex = 0, endIndex = 0 } = segment;
    const bytes = bytesFrom(base);
    if (startIndex >= endIndex || endIndex > bytes.length) return undefined;
    const start = base + bytes.toString('utf8', 0, startIndex).length;
    const end = start + bytes.toString('utf8', startIndex, endIndex).length;
    if (segment.text !== undefined && text.slice(start, end) !== segment.text) return undefined;
    return { startIndex: start, endIndex: end };
  };

  const findSegment = (segment: ByteSegment): TextSpan | undefined => {
    const partStart = partStarts[segment.partIndex ?? 0];
    const bases = new Set([...(partStart === undefined ? [] : [partStart]), responseStart]);
    for (const base of bases) {
      const span = findFrom(base, segment);
      if (span !== undefined) return span;
    }
    if (!segment.text) return undefined;
    const startIndex = text.indexOf(segment.text, responseStart);
    return startIndex === -1 ? undefined : { startIndex, endIndex: startIndex + segment.text.length };
  };

  return {
    beginResponse() {
      responseStart = text.length;
      partStarts = [];
      lastKind = 'other';
      found.clear();
    },
    add(parts) {
      for (const [index, part] of parts.entries()) {
        const kind = kindOf(part);
        const goesOn = index === 0 && kind !== 'other' && kind === lastKind;
        if (!goesOn) partStarts.push(text.length);
        if (kind === 'text') text += part.text;
        lastKind = kind;
      }
      encoded.clear();
      found.clear();
    },
    find(segment) {
      const { startIndex, endIndex, partIndex, text: covered } = segment;
      const key = `${startIndex} ${endIndex} ${partIndex} ${covered}`;
      if (!found.has(key) && found.size < MAX_CITATIONS) found.set(key, findSegment(segment));
      return found.get(key);
    },
  };
};
