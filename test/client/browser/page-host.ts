import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Pages of an origin that is not the server's. */
export interface PageHost extends AsyncDisposable {
  readonly origin: string;
  /** The address of a page that runs the program. */
  readonly addressOf: (program: string) => string;
}

/** What every page has before its program: the address of the server, and a mark for a program that does not run. */
const PRELUDE = `<script>
  globalThis.serverUrl = new URLSearchParams(location.search).get('server') ?? '';
  globalThis.transportName = new URLSearchParams(location.search).get('transport') ?? 'auto';
  addEventListener('error', ({ message }) => { globalThis.failure ??= message; });
</script>`;

/** `programs` gives the JavaScript of a program by its name, and is asked once for each. */
export const startPageHost = async (programs: (name: string) => Promise<string>): Promise<PageHost> => {
  const bundles = new Map<string, Promise<string>>();
  const bundleOf = (name: string): Promise<string> => {
    const bundle = bundles.get(name) ?? programs(name);
    bundles.set(name, bundle);
    return bundle;
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page');
    const [, name = '', file] = pathname.split('/');
    if (file === 'program.js') {
      response.setHeader('content-type', 'text/javascript');
      void bundleOf(name).then(
        (code) => response.end(code),
        (error: unknown) => response.end(`throw new Error(${JSON.stringify(String(error))})`),
      );
      return;
    }
    response.setHeader('content-type', 'text/html');
    const script = file === '' ? PRELUDE + '<script type="module" src="program.js"></script>' : '';
    response.end(
      `<!doctype html><link rel="icon" href="data:,"><title>${name}</title><div id="root"></div>${script}`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    addressOf: (program) => `${origin}/${program}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
