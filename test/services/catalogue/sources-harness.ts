import type { Settings } from '../../../config/settings.ts';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import { startUpstream, type UpstreamServer } from '../../support/upstream/upstream-server.ts';

export const OFTEN = { catalogueTiming: { overlayMs: 20, refreshMs: 30 } };

/** A server of documents, each sent with its number as the ETag and left out where the client has it. */
export const startDocuments = async (first: unknown) => {
  let document = first;
  let version = 1;
  const server: UpstreamServer = await startUpstream(({ headers, response }) => {
    const etag = `"v${version}"`;
    if (headers['if-none-match'] === etag) response.writeHead(304).end();
    else
      response
        .writeHead(200, { 'content-type': 'application/json', etag })
        .end(typeof document === 'string' ? document : JSON.stringify(document));
  });
  const put = (next: unknown): void => {
    document = next;
    version += 1;
  };
  return { server, put, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
};

const MODEL = `query ($name: String!) {
  model(name: $name) {
    name origin displayName status shutdownDate contextWindow maxOutputTokens defaultMaxOutputTokens releaseDate knowledgeCutoff
    pricing { inputPerMillion outputPerMillion cacheReadPerMillion } provider { name } capabilities { inputModalities }
  }
}`;

export const findModel = async (app: TestApp, name: string) =>
  (await request(app, MODEL, { name })).data.model;

export const catalogueOf = async (app: TestApp) =>
  (await request(app, '{ catalogue { modelCount refreshedAt sources problems } }')).data.catalogue;

const isChange = ({ message }: TestApp['logLines'][number]): boolean =>
  message === 'the catalogue has changed';
/** The line that says what has changed the catalogue, the first or a later one. */
export const changed = (app: TestApp, index = 0) =>
  app.logged((line) => app.logLines.filter(isChange)[index] === line);
export const refused = (app: TestApp) =>
  app.logged(({ message }) => message.startsWith('a source of the catalogue was refused'));

export const startRefreshed = (server: UpstreamServer, settings: Partial<Settings> = {}): Promise<TestApp> =>
  startApp({ catalogueUrl: `${server.origin}/api.json?token=secret`, ...settings }, OFTEN);
