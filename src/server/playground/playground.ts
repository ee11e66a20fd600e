import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { KEY_PROMPT } from './playground-key.ts';
import { EXAMPLE_TABS } from './playground-tabs.ts';
import { TRANSCRIPT } from './playground-transcript.ts';

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

/**
 * Pressing a tab makes it jump to where its opening animation began, from under the pointer, and the click that should
 * switch to it is lost (seen with GraphiQL as of render-graphiql 5.24 in Chromium 156).
 */
const STILL_TABS = '<style>.graphiql-tab { transform: none !important; }</style>';

export interface PlaygroundPage {
  /** gzip. */
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const build = async (): Promise<PlaygroundPage> => {
  // One module of 9 MB: loaded when somebody opens the page.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'Modelgraph playground',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    defaultTabs: EXAMPLE_TABS.map((query) => ({ query })),
    additionalHeaders: { 'x-graphql-client': 'playground' },
    shouldPersistHeaders: false,
  });
  // Before the page's own code, which sends and opens its WebSocket by the names it finds then.
  const body = await compress(html.replace('<head>', () => `<head>${KEY_PROMPT}${TRANSCRIPT}${STILL_TABS}`));
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

/** Gives the playground's page, built on first use and kept compressed. */
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
