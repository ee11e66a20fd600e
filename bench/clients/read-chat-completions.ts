import type http from 'node:http';
import { toPrompt } from '../programs/plan.ts';
import { postForEvents } from './post-for-events.ts';
import type { OpenStream } from './probe.ts';

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string | null } }[];
}

const DATA = 'data: ';

/** A client of an address that speaks OpenAI's Chat Completions, which sends the request that the server would. */
export const createChatReader =
  (url: string, headers: Readonly<Record<string, string>>, agent?: http.Agent): OpenStream =>
  (plan, receive) => {
    const body = {
      model: 'gpt-4o',
      messages: [{ role: 'user', content: toPrompt(plan) }],
      stream: true,
      stream_options: { include_usage: true },
    };
    return postForEvents({ url, body, headers, ...(agent && { agent }) }, (event) => {
      if (!event.startsWith(DATA) || event === 'data: [DONE]') return;
      const { choices } = JSON.parse(event.slice(DATA.length)) as Chunk;
      const text = choices[0]?.delta.content;
      if (text !== undefined && text !== null && text !== '') receive(text);
    });
  };
