import type { Candidate } from '@google/genai/web';

/** Queries of one response, which are billed one by one. */
export interface SearchCount {
  /** Takes what a chunk says of searches: grounding repeats the queries so far, a call of the tool has those of its own. */
  add(candidate: Candidate): void;
  count(): number;
}

export const createSearchCount = (): SearchCount => {
  let grounded = 0;
  let called = 0;
  return {
    add({ groundingMetadata, content }) {
      const searched: unknown = groundingMetadata?.webSearchQueries;
      if (Array.isArray(searched)) grounded = Math.max(grounded, searched.length);
      for (const { toolCall } of (content?.parts ?? []).filter(Boolean)) {
        if (toolCall?.toolType !== 'GOOGLE_SEARCH_WEB') continue;
        const queries: unknown = toolCall.args?.['queries'];
        called += Array.isArray(queries) ? queries.length : 1;
      }
    },
    count: () => Math.max(grounded, called),
  };
};
