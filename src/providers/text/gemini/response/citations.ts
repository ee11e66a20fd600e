import type { Candidate, GroundingChunk } from '@google/genai/web';
import type { Citation } from '../../../../core/generation.ts';
import type { AnswerText, TextSpan } from './answer-text.ts';

/** The citations of one turn, from every kind of metadata, each once however often it is repeated. */
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
  const passages = new Set<string>();
  const sources = new Set<string>();
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
      ].filter((citation) =>
        addTo(passages, `${keyOf(citation)} ${citation.startIndex} ${citation.endIndex}`),
      );
      for (const citation of cited) sources.add(keyOf(citation));
      const rest = candidates.flatMap(sourcesOf).filter((source) => addTo(sources, keyOf(source)));
      return [...cited, ...rest.map((source) => toCitation(source, undefined))];
    },
  };
};

const keyOf = ({ url, title }: Source): string => url ?? title ?? '';

/** Whether the key is new. */
const addTo = (keys: Set<string>, key: string): boolean => {
  if (keys.has(key)) return false;
  keys.add(key);
  return true;
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
