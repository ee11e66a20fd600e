import { once } from 'node:events';
import { createServer } from 'node:net';

/** The gateway prints its address to a terminal only, so that its port is chosen before. */
const findFreePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
};

/** Portkey's gateway as its image runs it: its own start program, without the page that shows its log. Returns its address. */
export const startServer = async () => {
  const port = await findFreePort();
  process.argv.push(`--port=${port}`, '--headless');
  await import('@portkey-ai/gateway/build/start-server.js');
  return `http://127.0.0.1:${port}/v1/chat/completions`;
};
