import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface UnreadUpload extends AsyncDisposable {
  readonly origin: string;
  /** The upload, once its headers have come. */
  readonly upload: Promise<http.IncomingMessage>;
  /** Resolves with whether the upload came in full once its socket is gone. */
  readonly end: () => Promise<boolean>;
}

/**
 * A vendor that does not read what is posted to a path, so that a large body cannot be sent in full. What comes to
 * another path is read, and answered with these headers.
 */
export const startUnreadUpload = async (
  path: string,
  headers: (origin: string) => Record<string, string> = () => ({}),
): Promise<UnreadUpload> => {
  const uploading = Promise.withResolvers<http.IncomingMessage>();
  const ended = Promise.withResolvers<boolean>();
  const server = http.createServer((request, response) => {
    if (request.url !== path) {
      request.resume();
      response.writeHead(200, headers(`http://${request.headers.host}`)).end();
      return;
    }
    request.on('error', () => undefined);
    request.socket.once('close', () => ended.resolve(request.complete));
    uploading.resolve(request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    upload: uploading.promise,
    end: async () => {
      // A socket that is not read does not tell that it was closed.
      (await uploading.promise).resume();
      return ended.promise;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
