import { EVENT_STREAM, MULTIPART } from '../answer-type.ts';

/** How the results of one operation are written into the body of its answer. */
export interface Framing {
  readonly contentType: string;
  /** What the body begins with, before the first result is there. */
  readonly head: string;
  /**
   * A result as JSON; `id` is what a client that connects again sends as the last one it has, `isRefused` whether it says that the
   * operation has failed. Whatever is given in UTF-8 as `toByteText` gives it comes out the same.
   */
  next(json: string, id: string | undefined, isRefused: boolean): string;
  /** What keeps proxies from closing a silent connection, and is no result. */
  readonly heartbeat: string;
  end(): string;
}

/** The id that ends a stream whose events have none of their own: a client that sends it has seen the stream to its end. */
export const END_ID = 'complete';

/**
 * Server-sent events by the "distinct connections mode" of GraphQL over SSE: each result a `next` event, the end a `complete`
 * event. `isRepeated`: for a client that connects again after each end, the last event says that there is nothing more to
 * come, unless the operation has failed.
 */
export const createEventStreamFraming = (isRepeated: boolean): Framing => {
  let endsWithId = isRepeated;
  return {
    contentType: `${EVENT_STREAM}; charset=utf-8`,
    head: '',
    next(json, id, isRefused) {
      if (id !== undefined) {
        endsWithId = false;
        return `event: next\nid: ${id}\ndata: ${json}\n\n`;
      }
      if (isRepeated) endsWithId = !isRefused;
      return `event: next\ndata: ${json}\n\n`;
    },
    // What carries no event: https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes
    heartbeat: ':\n\n',
    end: () => `event: complete\n${endsWithId ? `id: ${END_ID}\n` : ''}data: \n\n`,
  };
};

const BOUNDARY = '\r\n--graphql';
const PART = '\r\ncontent-type: application/json; charset=utf-8\r\n\r\n';

/**
 * Subscriptions of Apollo Client over HTTP: https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol.
 * Each part ends with the boundary of the next one, since clients read a part only once they have seen what ends it.
 */
export const MULTIPART_FRAMING: Framing = {
  contentType: `${MULTIPART};boundary="graphql";subscriptionSpec=1.0`,
  head: BOUNDARY,
  next: (json) => `${PART}{"payload":${json}}${BOUNDARY}`,
  heartbeat: `${PART}{}${BOUNDARY}`,
  end: () => '--\r\n',
};
