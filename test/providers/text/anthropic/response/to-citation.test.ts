import { expect, test } from 'vitest';
import { toCitation } from '../../../../../src/providers/text/anthropic/response/to-citation.ts';

test('a search result whose source is no address has no URL', () => {
  const citation = {
    type: 'search_result_location',
    cited_text: 'Page three.',
    search_result_index: 0,
    source: 'handbook, page 3',
    title: 'Handbook',
    start_block_index: 0,
    end_block_index: 1,
  } as const;
  expect(toCitation(citation, { startIndex: 2, endIndex: 9 })).toEqual({
    url: null,
    title: 'Handbook',
    snippet: 'Page three.',
    startIndex: 2,
    endIndex: 9,
  });
});
