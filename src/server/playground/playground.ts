import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** The page runs what it brings and talks to this server only: the browser refuses it everything else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "worker-src 'self' blob: data:",
  "connect-src 'self' ws: wss: data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const STYLESHEETS = ['browser/page.css', 'browser/key-prompt.css', 'browser/transcript.css'];

/** The program of `browser/`, bundled by `npm run playground`. */
const PROGRAM = 'generated/browser.js';

/** The tabs that the playground opens with, in their order. */
const EXAMPLES = ['stream', 'capabilities', 'generate', 'preview', 'generations', 'batch'];

export interface PlaygroundPage {
  /** gzip. */
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const readText = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');

const readTexts = (paths: readonly string[]): Promise<readonly string[]> => Promise.all(paths.map(readText));

/** The example documents, each of which runs on a fresh machine. */
export const readExamples = (): Promise<readonly string[]> =>
  readTexts(EXAMPLES.map((name) => `examples/${name}.graphql`));

/** The page's own styles and program, as HTML for its head. */
const readHead = async (): Promise<string> => {
  const [styles, program] = await Promise.all([readTexts(STYLESHEETS), readText(PROGRAM)]);
  return `<style>${styles.join('')}</style><script>${program}</script>`;
};

const build = async (): Promise<PlaygroundPage> => {
  // A module of 9 MB, which most servers never need: it is loaded with the first request for the page.
  const [{ renderGraphiQL }, examples, head] = await Promise.all([
    import('@graphql-yoga/render-graphiql'),
    readExamples(),
    readHead(),
  ]);
  const html = renderGraphiQL({
    title: 'Modelgraph playground',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    defaultTabs: examples.map((query) => ({ query })),
    additionalHeaders: { 'x-graphql-client': 'playground' },
    shouldPersistHeaders: false,
  });
  // Before GraphiQL's program, which takes `fetch` and `WebSocket` by name when it starts.
  const body = await compress(html.replace('<head>', () => `<head>${head}`));
  return {
    body,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-encoding': 'gzip',
      'content-length': String(body.length),
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  };
};

/** The function gives the playground's page, which is built with the first call and kept compressed. */
export const createPlayground = (): (() => Promise<PlaygroundPage>) => {
  let page: Promise<PlaygroundPage> | undefined;
  return () => {
    page ??= build().catch((error: unknown) => {
      page = undefined;
      throw error;
    });
    return page;
  };
};
