import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerParent, readOptions } from './answer-parent.ts';

const { answer } = readOptions() as { readonly answer: string };
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, {
      'content-type': 'application/graphql-response+json; charset=utf-8',
      'content-length': Buffer.byteLength(answer),
    });
    response.end(answer);
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
answerParent({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` });
