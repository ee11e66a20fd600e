import { isAsyncIterable } from 'graphql-yoga';
import { boundResult } from '../answer-size.ts';
import type { ServerPlugin } from '../plugin.ts';

/** Refuses an answer that is larger than one may be; the results of streams are bounded where they are delivered. */
export const useAnswerLimit = (): ServerPlugin => ({
  onResultProcess({ result, setResult }) {
    if (isAsyncIterable(result) || Array.isArray(result)) return;
    const bounded = boundResult(result);
    if (bounded !== result) setResult(bounded);
  },
});
