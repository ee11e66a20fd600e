import type { StreamEvent } from '../../../../core/stream-event.ts';
import { isRecord } from '../../../../lib/is-record.ts';

/**
 * The pages that a chunk names for the whole answer (Perplexity, xAI): addresses, or objects with one. They come again with
 * every chunk, and are given once.
 */
export const createChunkCitations = (): ((citations: unknown) => readonly StreamEvent[]) => {
  const given = new Set<string>();
  return (citations) => {
    if (!Array.isArray(citations) || citations.length <= given.size) return [];
    return citations.flatMap((item: unknown): StreamEvent[] => {
      const { url, title } = isRecord(item) ? item : { url: item, title: null };
      if (typeof url !== 'string' || url === '' || given.has(url)) return [];
      given.add(url);
      return [
        {
          type: 'citation',
          citation: {
            url,
            title: typeof title === 'string' ? title : null,
            snippet: null,
            startIndex: null,
            endIndex: null,
          },
        },
      ];
    });
  };
};
