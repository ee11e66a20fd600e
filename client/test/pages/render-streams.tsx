import { useChat as useAiSdkChat } from '@ai-sdk/react';
import { DefaultChatTransport } from 'ai';
import { createModelgraph } from 'modelgraph-client';
import { ModelgraphProvider, useChat } from 'modelgraph-client/react';
import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import type { RenderFigures } from './render-figures.ts';

declare global {
  /** Begins; resolves once every stream has its last piece and shows it. */
  var run: () => Promise<RenderFigures>;
}

const parameters = new URLSearchParams(location.search);
const STREAMS = Number(parameters.get('streams'));
const PIECES = Number(parameters.get('pieces'));
const EVERY_MS = 20;
const THROTTLE_MS = 50;
const PIECE = 'a word or ';
const SHOWN = 160;

type Send = (data: unknown, event?: string) => void;

/** One stream of events: its first ones, and one for each piece. */
interface Wire {
  readonly first: (send: Send) => void;
  readonly piece: (send: Send, index: number) => void;
}

const encoder = new TextEncoder();
const open: { readonly send: Send; readonly wire: Wire }[] = [];

/** Answers each request with a stream that the clock below writes to: the bytes are real, the network is left out. */
const answerBy =
  (wire: Wire): typeof fetch =>
  async () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const send: Send = (data, event) =>
          controller.enqueue(
            encoder.encode(
              `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`,
            ),
          );
        wire.first(send);
        open.push({ send, wire });
      },
    });
    return new Response(body, {
      headers: { 'content-type': 'text/event-stream', 'x-vercel-ai-ui-message-stream': 'v1' },
    });
  };

const MODEL = {
  id: 'm',
  name: 'demo',
  displayName: 'Demo',
  provider: { id: 'p', name: 'demo', displayName: 'Demo' },
};
const next = (send: Send, sequence: number, event: object): void =>
  send({ data: { generate: { generationId: 'g', sequence, cursor: `c${sequence}`, ...event } } }, 'next');

const MODELGRAPH: Wire = {
  first: (send) =>
    next(send, 1, {
      __typename: 'GenerationStarted',
      model: MODEL,
      resolution: { requested: 'demo', reasoning: false, model: MODEL, steps: [] },
    }),
  piece: (send, index) =>
    next(send, index + 2, { __typename: 'TextDelta', offset: index * PIECE.length, text: PIECE }),
};

const AI_SDK: Wire = {
  first: (send) => {
    send({ type: 'start', messageId: 'm' });
    send({ type: 'text-start', id: 't' });
  },
  piece: (send) => send({ type: 'text-delta', id: 't', delta: PIECE }),
};

let renders = 0;
const starts: (() => void)[] = [];

const client = createModelgraph({ url: location.origin, transport: 'sse', fetch: answerBy(MODELGRAPH) });
const PANE = { height: '3em', margin: 0, contain: 'strict' } as const;

/** The end of a text in a pane of its own, so that layout costs the same however long the answer is. */
const Pane = ({ text }: { readonly text: string }) => (
  <p data-length={text.length} style={PANE}>
    {text.slice(-SHOWN)}
  </p>
);

const ModelgraphStream = ({ id }: { readonly id: string }) => {
  const { messages, send } = useChat({ id, model: 'demo', throttleMs: THROTTLE_MS });
  renders += 1;
  useEffect(() => void starts.push(() => void send({ text: 'Go' })), [send]);
  return (
    <Pane text={messages[1]?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('') ?? ''} />
  );
};

const transport = new DefaultChatTransport({ api: location.origin, fetch: answerBy(AI_SDK) });
const AiSdkStream = ({ id }: { readonly id: string }) => {
  const { messages, sendMessage } = useAiSdkChat({ id, transport, throttle: THROTTLE_MS });
  renders += 1;
  useEffect(() => void starts.push(() => void sendMessage({ text: 'Go' })), [sendMessage]);
  return (
    <Pane text={messages[1]?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('') ?? ''} />
  );
};

const Stream = parameters.get('kind') === 'ai-sdk' ? AiSdkStream : ModelgraphStream;
const ids = Array.from({ length: STREAMS }, (_, index) => `chat-${index}`);
createRoot(document.querySelector('#root') ?? document.body).render(
  <ModelgraphProvider client={client}>
    {ids.map((id) => (
      <Stream key={id} id={id} />
    ))}
  </ModelgraphProvider>,
);

const shown = (): number =>
  [...document.querySelectorAll('p')].reduce((sum, { dataset }) => sum + Number(dataset['length']), 0);

const until = async (isMet: () => boolean): Promise<void> => {
  while (!isMet()) await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
};

const writePieces = (): Promise<void> =>
  new Promise((resolve) => {
    let index = 0;
    const timer = setInterval(() => {
      for (const { send, wire } of open) wire.piece(send, index);
      index += 1;
      if (index < PIECES) return;
      clearInterval(timer);
      resolve();
    }, EVERY_MS);
  });

globalThis.run = async () => {
  await until(() => starts.length >= STREAMS);
  for (const start of starts.slice(0, STREAMS)) start();
  await until(() => open.length === STREAMS);
  const tasks: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.push(duration);
  });
  observer.observe({ type: 'longtask' });
  renders = 0;
  const began = performance.now();
  await writePieces();
  await until(() => shown() === STREAMS * PIECES * PIECE.length);
  observer.disconnect();
  const tookMs = performance.now() - began;
  return { tookMs, longTasks: tasks.length, longestTaskMs: Math.max(0, ...tasks), renders, shown: shown() };
};
