import type Anthropic from '@anthropic-ai/sdk';
import type { Citation } from '../../../../core/generation.ts';

/** The API cites for a whole text block: `startIndex` and `endIndex` are that block's place in the text. */
export const toCitation = (
  citation: Anthropic.TextCitation,
  { startIndex, endIndex }: { readonly startIndex: number; readonly endIndex: number },
): Citation => {
  const place = { snippet: citation.cited_text ?? null, startIndex, endIndex };
  switch (citation.type) {
    case 'web_search_result_location':
      return { url: citation.url, title: citation.title ?? null, ...place };
    case 'search_result_location':
      return {
        url: URL.canParse(citation.source) ? citation.source : null,
        title: citation.title ?? null,
        ...place,
      };
    default:
      return { url: null, title: citation.document_title ?? null, ...place };
  }
};
