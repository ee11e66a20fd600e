import { sendJson, startUpstream, type UpstreamRequest, type UpstreamServer } from './upstream-server.ts';

export type Route = (request: UpstreamRequest) => void | Promise<void>;
/** By method and path: `GET /v1/batches`, the query left out. */
export type Routes = Readonly<Record<string, Route>>;

export const routeOf = ({ method, path }: Pick<UpstreamRequest, 'method' | 'path'>): string =>
  `${method} ${path.replace(/\?.*/, '')}`;

/** A vendor that answers as its routes say, and 404 to anything else. */
export const startVendor = (routes: Routes): Promise<UpstreamServer> =>
  startUpstream((request) => {
    const route = routes[routeOf(request)];
    if (route !== undefined) return route(request);
    return sendJson(request, { error: { type: 'not_found_error', message: 'not found' } }, { status: 404 });
  });

export interface RoutedVendor {
  readonly upstream: UpstreamServer;
  readonly requests: UpstreamServer['requests'];
}

/** For tests of single calls: runs `use` with what is connected to a vendor that answers as the routes say. */
export const createWithVendor =
  <How extends readonly unknown[], Connected extends object>(
    connect: (origin: string, ...how: How) => Connected,
  ) =>
  async (
    routes: Routes,
    use: (vendor: Connected & RoutedVendor) => Promise<void>,
    ...how: How
  ): Promise<void> => {
    await using upstream = await startVendor(routes);
    await use({ ...connect(upstream.origin, ...how), upstream, requests: upstream.requests });
  };

export const json =
  (
    body: unknown,
    options: { readonly status?: number; readonly headers?: Record<string, string> } = {},
  ): Route =>
  (request) =>
    sendJson(request, body, options);

/** A file of these lines. */
export const jsonLines =
  (...lines: readonly unknown[]): Route =>
  ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/x-jsonl' });
    response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  };

/** Takes the request and never answers. */
export const silent: Route = () => undefined;

/** A file that stops inside its first line and stays open. */
export const halfLine: Route = ({ response }) => {
  response.writeHead(200, { 'content-type': 'application/x-jsonl' });
  response.write('{"custom_id":');
};

/** A file of these lines, then a piece of one, then a broken connection. */
export const brokenOff =
  (...lines: readonly unknown[]): Route =>
  async ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/x-jsonl' });
    const sent = `${lines.map((line) => `${JSON.stringify(line)}\n`).join('')}{"cut`;
    await new Promise((resolve) => response.write(sent, resolve));
    response.destroy();
  };
