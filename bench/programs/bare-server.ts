import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { answerParent } from './answer-parent.ts';
import { pace, type Plan, readPlan, toDeltaText } from './plan.ts';
import { whenDrained } from './when-drained.ts';

/** Bytes in a socket's buffer above which a source without a pace waits. */
const MAX_BUFFERED = 65_536;

interface Asked {
  readonly variables: { readonly input: { readonly prompt: string } };
}

/** The results of a GraphQL server for the plan, by the index of their delta. */
const createResults = (plan: Plan): ((index: number) => object) => {
  const offsets = { TextDelta: 0, ReasoningDelta: 0 };
  return (index) => {
    const __typename = plan.alternate === true && index % 2 === 1 ? 'ReasoningDelta' : 'TextDelta';
    const text = toDeltaText(index);
    const generate = { __typename, sequence: index + 2, offset: offsets[__typename], text };
    offsets[__typename] += text.length;
    return { data: { generate } };
  };
};

const serveSocket = (socket: WebSocket): void => {
  let waiting: (() => void) | undefined;
  socket.on('close', () => waiting?.());
  const stream = async (plan: Plan): Promise<void> => {
    const toResult = createResults(plan);
    const onSent = (): void => {
      if (socket.bufferedAmount < MAX_BUFFERED) waiting?.();
    };
    await pace(
      plan,
      (index) => {
        socket.send(JSON.stringify({ id: '1', type: 'next', payload: toResult(index) }), onSent);
        return socket.bufferedAmount < MAX_BUFFERED;
      },
      () => socket.readyState !== socket.OPEN,
      () => new Promise((resolve) => (waiting = resolve)),
    );
    if (plan.deltas !== null && socket.readyState === socket.OPEN)
      socket.send(JSON.stringify({ id: '1', type: 'complete' }));
  };
  socket.on('message', (data: Buffer) => {
    const { type, payload } = JSON.parse(data.toString('utf8')) as {
      readonly type: string;
      readonly payload: Asked;
    };
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
    if (type === 'subscribe') void stream(readPlan(payload.variables.input.prompt));
  });
};

const serveRequest = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { variables } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked;
  const plan = readPlan(variables.input.prompt);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.flushHeaders();
  const toResult = createResults(plan);
  await pace(
    plan,
    (index) => response.write(`event: next\ndata: ${JSON.stringify(toResult(index))}\n\n`),
    () => response.destroyed,
    () => whenDrained(response),
  );
  if (plan.deltas !== null && !response.destroyed) response.end('event: complete\ndata: \n\n');
};

/** The same JSON sent by `ws` and `node:http` alone, without GraphQL, event log or model: the least it can cost. */
const server = http.createServer((request, response) => void serveRequest(request, response));
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', serveSocket);
await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }, resolve));
answerParent({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` });
