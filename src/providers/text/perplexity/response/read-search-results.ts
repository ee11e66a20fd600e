import type { JsonValue } from '../../../../core/json.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * A `search_results` item as the search it was and the pages it found. The answer names a page by its number at most,
 * so that a citation has no place in the text.
 */
export function* readSearchResults(item: Fields, index: number): Generator<StreamEvent> {
  if (item['type'] !== 'search_results') return;
  yield {
    type: 'tool-call',
    toolCall: {
      callId: `search_${index}`,
      name: 'web_search',
      arguments: { queries: (item['queries'] ?? []) as JsonValue },
      builtIn: true,
      result: null,
      opaque: null,
    },
  };
  const results = Array.isArray(item['results']) ? (item['results'] as readonly Fields[]) : [];
  for (const { url, title, snippet } of results)
    yield {
      type: 'citation',
      citation: {
        url: textOrNull(url),
        title: textOrNull(title),
        snippet: textOrNull(snippet),
        startIndex: null,
        endIndex: null,
      },
    };
}

const textOrNull = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;
