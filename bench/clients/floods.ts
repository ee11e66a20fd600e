import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** What a client does that wants to fill the memory of a server. */
export interface Flood {
  readonly name: string;
  /** Gives what came of it. */
  readonly run: (url: string) => Promise<string>;
}

const MIB = 1024 * 1024;

/** How long a flood is watched once everything has been sent. */
const WATCHED_MS = 3_000;

const openSocket = async (url: string, init: boolean): Promise<WebSocket> => {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
  socket.on('error', () => undefined);
  await once(socket, 'open');
  if (init) {
    socket.send('{"type":"connection_init"}');
    await once(socket, 'message');
  }
  // Nothing that the server answers is read.
  (Reflect.get(socket, '_socket') as Socket).pause();
  return socket;
};

const endAll = (sockets: readonly WebSocket[]): string => {
  const open = sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  for (const socket of sockets) socket.terminate();
  return `${open} of ${sockets.length} sockets open`;
};

const flood = async (
  url: string,
  {
    sockets,
    init,
    messages,
  }: { readonly sockets: number; readonly init: boolean; readonly messages: readonly string[] },
): Promise<string> => {
  const opened: WebSocket[] = [];
  for (let at = 0; at < sockets; at += 1) opened.push(await openSocket(url, init));
  for (const socket of opened) for (const message of messages) socket.send(message);
  await wait(WATCHED_MS);
  return endAll(opened);
};

const halfMessages = async (url: string): Promise<string> => {
  const opened: WebSocket[] = [];
  for (let at = 0; at < 100; at += 1) opened.push(await openSocket(url, false));
  for (const socket of opened) socket.send('x'.repeat(4 * MIB - 1_024), { fin: false });
  await wait(2 * WATCHED_MS);
  return endAll(opened);
};

const ping = (characters: number): string =>
  JSON.stringify({ type: 'ping', payload: { padding: 'x'.repeat(characters) } });

const post = async (url: string, body: unknown): Promise<string> => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return response.text();
};

const readManyTimes = async (url: string): Promise<string> => {
  const query =
    'mutation ($m: JSON) { generate(input: { model: "demo", prompt: "Hi", metadata: $m }) { id } }';
  for (let made = 0; made < 30; made += 1)
    await post(url, { query, variables: { m: { text: 'x'.repeat(3 * MIB) } } });
  const fields = Array.from(
    { length: 15 },
    (_, at) => `p${at}: generations(first: 30) { nodes { metadata text } }`,
  );
  return `${((await post(url, { query: `{ ${fields.join(' ')} }` })).length / MIB).toFixed(1)} MiB answered`;
};

const rememberDocuments = async (url: string): Promise<string> => {
  const names = '__typename '.repeat(95);
  const fields = `${names} models(first: 1) { ${names} nodes { ${names} provider { ${names} } } } providers { ${names} }`;
  for (let at = 0; at < 1_000; at += 1) await post(url, { query: `query Q${at} { ${fields} }` });
  return '1,000 documents of 5 KiB';
};

const sendFields = async (url: string): Promise<string> => {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString();
  });
  await once(socket, 'connect');
  socket.write(
    `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: multipart/form-data; boundary=b\r\ngraphql-require-preflight: 1\r\ncontent-length: ${192 * MIB}\r\n\r\n`,
  );
  for (let at = 0; at < 10 && !socket.destroyed; at += 1) {
    socket.write(`--b\r\ncontent-disposition: form-data; name="f${at}"\r\n\r\n${'x'.repeat(18 * MIB)}\r\n`);
    await wait(200);
  }
  await wait(WATCHED_MS);
  socket.destroy();
  return answer.split('\r\n')[0] ?? 'no answer';
};

const dripAfterRefusal = async (url: string): Promise<string> => {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  const began = performance.now();
  socket.write(
    `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer wrong\r\ncontent-type: text/plain\r\ncontent-length: 1000\r\n\r\n`,
  );
  const drip = setInterval(() => socket.write('x'), 200);
  await Promise.race([once(socket, 'close'), wait(15_000)]);
  clearInterval(drip);
  socket.destroy();
  return `held for ${((performance.now() - began) / 1_000).toFixed(0)} s`;
};

export const FLOODS: readonly Flood[] = [
  {
    name: '40 sockets without a key, two pings of 4 MiB each',
    run: (url) =>
      flood(url, { sockets: 40, init: false, messages: [ping(4 * MIB - 1_024), ping(4 * MIB - 1_024)] }),
  },
  {
    name: '4 sockets, 100 MiB of pings that are not read',
    run: (url) =>
      flood(url, { sockets: 4, init: true, messages: Array.from({ length: 100_000 }, () => ping(200)) }),
  },
  { name: '100 sockets without a key, half a message of 4 MiB each', run: halfMessages },
  { name: '180 MiB in fields of a form', run: sendFields },
  { name: '30 generations with 3 MiB of metadata, listed 15 times in one answer', run: readManyTimes },
  { name: 'documents to be remembered', run: rememberDocuments },
  { name: 'a body that drips in after its refusal', run: dripAfterRefusal },
];
