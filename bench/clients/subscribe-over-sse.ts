import type http from 'node:http';
import { postForEvents } from './post-for-events.ts';
import type { Subscribe } from './subscription.ts';

const NEXT = 'event: next\n';

/** GraphQL over SSE, distinct connections. */
export const createSseSubscribe =
  (agent?: http.Agent): Subscribe =>
  (url, operation, receive) =>
    postForEvents({ url, body: operation, ...(agent && { agent }) }, (event) => {
      if (event.startsWith(NEXT)) receive(event.slice(event.indexOf('data: ', NEXT.length) + 6));
    });

/** Each stream has a connection of its own, whose cost is part of the measurement. */
export const subscribeOverSse = createSseSubscribe();
