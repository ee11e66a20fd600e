import type { Candidate, GroundingChunk } from '@google/genai/web';
import type { Citation } from '../../../core/generation.ts';
import type { AnswerText, TextSpan } from './answer-text.ts';

/** The citations of one turn, whatever metadata they come in and however often it is repeated. */
export interface Citations {
  /** Keeps what a chunk says of sources. */
  add(candidate: Candidate): void;
  /**
   * The citations of the response that has ended, none twice: cited passages in the vendor's order, then sources that
   * no passage names. Only then is the text there that their offsets count in.
   */
  take(text: AnswerText): Citation[];
}

type Source = Pick<Citation, 'url' | 'title' | 'snippet'>;

export const createCitations = (): Citations => {
  const given = new Set<string>();
  let pending: Candidate[] = [];
  return {
    add(candidate) {
      const { groundingMetadata, citationMetadata, urlContextMetadata } = candidate;
      if (groundingMetadata || citationMetadata || urlContextMetadata) pending.push(candidate);
    },
    take(text) {
      const candidates = pending;
      pending = [];
      const cited = [
        ...candidates.flatMap((candidate) => groundedPassages(candidate, text)),
        ...candidates.flatMap((candidate) => quotedPassages(candidate, text)),
      ];
      const sources = candidates.flatMap(sourcesOf).map((source) => toCitation(source, undefined));
      const isNew = (citation: Citation, key: string): boolean => {
        if (given.has(key)) return false;
        given.add(key);
        if (citation.url !== null) given.add(citation.url);
        return true;
      };
      return [
        ...cited.filter((citation) =>
          isNew(
            citation,
            JSON.stringify([citation.url, citation.title, citation.startIndex, citation.endIndex]),
          ),
        ),
        ...sources.filter((citation) => isNew(citation, citation.url ?? JSON.stringify(citation))),
      ];
    },
  };
};

const toCitation = ({ url, title, snippet }: Source, span: TextSpan | undefined): Citation => ({
  url,
  title,
  snippet,
  startIndex: span?.startIndex ?? null,
  endIndex: span?.endIndex ?? null,
});

const groundedPassages = ({ groundingMetadata }: Candidate, text: AnswerText): Citation[] => {
  const chunks = groundingMetadata?.groundingChunks ?? [];
  return (groundingMetadata?.groundingSupports ?? []).flatMap(({ segment, groundingChunkIndices }) => {
    const span = segment && text.find(segment);
    return (groundingChunkIndices ?? []).flatMap((index) => {
      const source = findSource(chunks[index]);
      return source === undefined ? [] : [toCitation(source, span)];
    });
  });
};

/** Passages the model took over from a source word by word. */
const quotedPassages = ({ citationMetadata }: Candidate, text: AnswerText): Citation[] =>
  (citationMetadata?.citations ?? []).flatMap(({ uri, title, startIndex, endIndex }) => {
    if (!uri) return [];
    const span = endIndex === undefined ? undefined : text.find({ startIndex: startIndex ?? 0, endIndex });
    return [toCitation({ url: uri, title: title ?? null, snippet: null }, span)];
  });

const sourcesOf = ({ groundingMetadata, urlContextMetadata }: Candidate): Source[] => [
  ...(groundingMetadata?.groundingChunks ?? []).flatMap((chunk) => findSource(chunk) ?? []),
  ...(urlContextMetadata?.urlMetadata ?? []).flatMap(({ retrievedUrl, urlRetrievalStatus }) =>
    retrievedUrl && urlRetrievalStatus === 'URL_RETRIEVAL_STATUS_SUCCESS'
      ? [{ url: retrievedUrl, title: null, snippet: null }]
      : [],
  ),
];

const findSource = (chunk: GroundingChunk | undefined): Source | undefined => {
  if (chunk?.web) return toSource(chunk.web.uri, chunk.web.title);
  if (chunk?.retrievedContext)
    return toSource(chunk.retrievedContext.uri, chunk.retrievedContext.title, chunk.retrievedContext.text);
  if (chunk?.maps) return toSource(chunk.maps.uri, chunk.maps.title, chunk.maps.text);
  return chunk?.image ? toSource(chunk.image.sourceUri, chunk.image.title) : undefined;
};

const toSource = (url?: string, title?: string, snippet?: string): Source | undefined =>
  url || title ? { url: url || null, title: title || null, snippet: snippet || null } : undefined;
