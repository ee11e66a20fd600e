import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { GRAPHQL_PATH, PLAYGROUND_PATH } from '../paths.ts';
import { type Encoding, findEncoding } from './find-encoding.ts';

const compress = promisify(gzip);

/** The page runs what it brings and talks to this server only: the browser refuses it everything else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "worker-src 'self'",
  "connect-src 'self' ws: wss: data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const STYLESHEETS = [
  'browser/page.css',
  'browser/key-prompt.css',
  'browser/transcript.css',
  'browser/hint.css',
];

/** The program of `browser/`, bundled by `npm run playground`. */
const PROGRAM = 'generated/browser.js';

/** The tabs that the playground opens with, in their order. */
const EXAMPLES = [
  'stream',
  'tools',
  'structured',
  'resume',
  'capabilities',
  'generate',
  'preview',
  'generations',
  'batch',
];

export interface PlaygroundPage {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const readText = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');

const readTexts = (paths: readonly string[]): Promise<readonly string[]> => Promise.all(paths.map(readText));

/** The example documents, each of which runs on a fresh machine. */
export const readExamples = (): Promise<readonly string[]> =>
  readTexts(EXAMPLES.map((name) => `examples/${name}.graphql`));

/** GraphiQL's own files, by what `npm run playground` calls them. */
interface GraphiqlNames {
  readonly script: string;
  readonly style: string;
}

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="24" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#d60590"/><path d="M8 23V9l8 9 8-9v14" fill="none" stroke="#fff" stroke-width="3" stroke-linejoin="round" stroke-linecap="round"/></svg>';

const ICON = `data:image/svg+xml,${encodeURIComponent(LOGO)}`;

/** Inside of a script element, `<` could end it. */
const toScriptText = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

const toOptions = (examples: readonly string[]) => ({
  title: 'Modelgraph',
  logo: LOGO,
  endpoint: GRAPHQL_PATH,
  subscriptionsProtocol: 'WS',
  defaultTabs: examples.map((query) => ({ query })),
  additionalHeaders: { 'x-graphql-client': 'playground' },
  shouldPersistHeaders: false,
  defaultEditorToolsVisibility: false,
});

/** The page's program stands before GraphiQL's, which takes `fetch` and `WebSocket` by name when it starts. */
const readHtml = async (): Promise<string> => {
  const [styles, program, names, examples] = await Promise.all([
    readTexts(STYLESHEETS),
    readText(PROGRAM),
    readText('generated/graphiql.json').then((text) => JSON.parse(text) as GraphiqlNames),
    readExamples(),
  ]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Modelgraph playground</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${PLAYGROUND_PATH}${names.style}">
<style>${styles.join('')}</style>
<script>${program}</script>
<script id="graphiql-options" type="application/json">${toScriptText(toOptions(examples))}</script>
<script type="module" src="${PLAYGROUND_PATH}${names.script}"></script>
</head>
<body class="no-focus-outline">
<noscript>The playground needs JavaScript.</noscript>
<div id="root"><p id="loading" role="status">Modelgraph <span>loads its playground…</span></p></div>
</body>
</html>
`;
};

const toPage = (body: Buffer, encoding: Encoding | undefined): PlaygroundPage => ({
  body,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    ...(encoding !== undefined && { 'content-encoding': encoding }),
    vary: 'accept-encoding',
    'content-length': String(body.length),
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  },
});

interface Pages {
  readonly plain: PlaygroundPage;
  readonly compressed: PlaygroundPage;
}

const build = async (): Promise<Pages> => {
  const html = Buffer.from(await readHtml());
  return { plain: toPage(html, undefined), compressed: toPage(await compress(html), 'gzip') };
};

/** The function gives the playground's page, which is built with the first call and kept, as the client takes it. */
export const createPlayground = (): ((acceptEncoding: string | undefined) => Promise<PlaygroundPage>) => {
  let pages: Promise<Pages> | undefined;
  return async (acceptEncoding) => {
    pages ??= build().catch((error: unknown) => {
      pages = undefined;
      throw error;
    });
    const { plain, compressed } = await pages;
    return findEncoding(acceptEncoding, ['gzip']) === undefined ? plain : compressed;
  };
};
