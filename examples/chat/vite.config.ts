import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const client = (file: string): string => fileURLToPath(new URL(`../../client/src/${file}`, import.meta.url));

/** Scripts of this page alone, and no request to any place that a model could name but images and the server. */
const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data: blob: https:",
  "connect-src 'self' http: https: ws: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const contentSecurityPolicy = {
  name: 'content-security-policy',
  apply: 'build' as const,
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY } },
  ],
};

// In this repository the chat runs on the sources of the package beside it. A copy of the chat elsewhere installs
// `modelgraph-client` and needs no `resolve`.
export default defineConfig(() => {
  const proxy = {
    '/graphql': { target: process.env['MODELGRAPH_URL'] ?? 'http://127.0.0.1:4000', ws: true },
  };
  return {
    plugins: [react(), contentSecurityPolicy],
    resolve: {
      alias: [
        { find: /^modelgraph-client$/, replacement: client('index.ts') },
        { find: /^modelgraph-client\/react$/, replacement: client('react/index.ts') },
      ],
      dedupe: ['react', 'react-dom'],
    },
    server: { host: '127.0.0.1', proxy },
    preview: { host: '127.0.0.1', proxy },
  };
});
