import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { answerParent, readOptions } from './answer-parent.ts';

const { upstreamUrl } = readOptions() as { readonly upstreamUrl: string };
const agent = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

/** Passes on the bytes of an upstream unread: the least that anything between a client and a vendor can cost. */
const server = http.createServer((request, response) => {
  const { authorization } = request.headers;
  const upstream = http.request(
    `${upstreamUrl}/chat/completions`,
    {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] });
      pipeline(answer, response, () => undefined);
    },
  );
  upstream.on('error', () => response.destroy());
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
});
await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }, resolve));
answerParent({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions` });
