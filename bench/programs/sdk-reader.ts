import OpenAI from 'openai';
import { answerParent, readOptions } from './answer-parent.ts';
import { type OpenStreams, openStreams, type StreamsOptions } from '../clients/open-streams.ts';
import { type OpenStream, probe, type ProbeOptions } from '../clients/probe.ts';
import { toPrompt } from './plan.ts';

const { upstreamUrl } = readOptions() as { readonly upstreamUrl: string };
const client = new OpenAI({ apiKey: 'sk-bench', baseURL: upstreamUrl, maxRetries: 0 });

/** The code of an application that uses the SDK directly. */
const open: OpenStream = async (plan, receive) => {
  const controller = new AbortController();
  const stream = await client.chat.completions.create(
    {
      model: 'gpt-4o',
      messages: [{ role: 'user', content: toPrompt(plan) }],
      stream: true,
      stream_options: { include_usage: true },
    },
    { signal: controller.signal },
  );
  const read = async (): Promise<void> => {
    for await (const { choices } of stream) {
      const text = choices[0]?.delta.content;
      if (text !== undefined && text !== null && text !== '') receive(text);
    }
  };
  return {
    ended: read().catch((error: unknown) => {
      if (!controller.signal.aborted) throw error;
    }),
    leave: () => controller.abort(),
  };
};

let opened: OpenStreams | undefined;

answerParent(
  {},
  {
    probe: (options: ProbeOptions) => probe(open, options),
    openStreams: async (options: StreamsOptions) => {
      opened = await openStreams(open, options);
    },
    takeDelays: () => opened?.takeDelays(),
    leaveStreams: () => opened?.leave(),
  },
);
