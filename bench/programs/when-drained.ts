import type { ServerResponse } from 'node:http';

/** Resolves when a response can take more bytes, or is closed. */
export const whenDrained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const finish = (): void => {
      response.off('drain', finish);
      response.off('close', finish);
      resolve();
    };
    response.on('drain', finish);
    response.on('close', finish);
  });
