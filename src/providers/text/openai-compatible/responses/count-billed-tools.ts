import { isRecord } from '../../../../lib/is-record.ts';
import type { BilledAnswer } from '../to-reported-billing.ts';
import type { ResponsesItem } from './responses-event.ts';

/** What a response has run of its vendor's tools, by its items. */
export interface BilledTools {
  readonly add: (item: ResponsesItem) => void;
  readonly counts: () => NonNullable<BilledAnswer['toolCounts']>;
}

/** Opening a page that a search has found is no search: https://developers.openai.com/api/docs/guides/tools-web-search. */
const isSearch = ({ action }: ResponsesItem): boolean =>
  !isRecord(action) || action['type'] === undefined || action['type'] === 'search';

/** Searches are billed one by one, code by the container that it runs in, where the vendor has containers. */
export const createBilledTools = (): BilledTools => {
  const containers = new Set<string>();
  let searches = 0;
  let runs = 0;
  return {
    add: (item) => {
      if (item.type === 'web_search_call' && isSearch(item)) searches += 1;
      if (item.type !== 'code_interpreter_call') return;
      if (typeof item.container_id === 'string') containers.add(item.container_id);
      else runs += 1;
    },
    counts: () => ({ web_search: searches, code_interpreter: containers.size + runs }),
  };
};
