import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CHAT = fileURLToPath(new URL('../../../examples/chat/', import.meta.url));
const VITE = join(CHAT, 'node_modules/vite/bin/vite.js');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};

/** False where the packages of examples/chat are not installed. */
export const canBuildChat = (): boolean => existsSync(VITE);

export const AXE = join(CHAT, 'node_modules/axe-core/axe.min.js');

/** The chat as Vite builds it, on an origin that is not the server's. */
export interface ChatSite extends AsyncDisposable {
  /** The address of the page, set to talk to that server. */
  readonly addressFor: (serverUrl: string) => string;
}

export const startChatSite = async (): Promise<ChatSite> => {
  const folder = await mkdtemp(join(tmpdir(), 'modelgraph-chat-'));
  await promisify(execFile)(process.execPath, [VITE, 'build', '--outDir', folder, '--logLevel', 'error'], {
    cwd: CHAT,
  });
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://site');
    const file = join(folder, normalize(pathname === '/' ? '/index.html' : pathname));
    void readFile(file).then(
      (body) => {
        const serverUrl = searchParams.get('server');
        response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
        // What somebody who hosts the page writes into it.
        response.end(
          serverUrl === null ? body : body.toString().replace('content="/graphql"', `content="${serverUrl}"`),
        );
      },
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    addressFor: (serverUrl) => `${origin}/?server=${encodeURIComponent(serverUrl)}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await rm(folder, { recursive: true });
    },
  };
};
