import type { GraphQLParams } from 'graphql-yoga';
import { EVENT_STREAM } from '../answer-type.ts';
import type { HttpContext } from '../context.ts';
import type { ServerPlugin } from '../plugin.ts';
import { toRefusalError } from '../refusal.ts';
import { isMultipart, MALFORMED_BODY } from '../request-type.ts';
import { type MultipartLimits, readMultipart } from '../uploads/read-multipart.ts';
import { Uploads } from '../uploads/uploads.ts';

/**
 * Takes the files of multipart requests to disk, as the GraphQL multipart request specification has them. They are
 * removed before the answer is sent; in an event stream, when that has ended.
 */
export const useUploads = (limits: MultipartLimits): ServerPlugin => {
  const open = new WeakMap<HttpContext['req'], Uploads>();
  return {
    onRequestParse({ serverContext: { req }, setRequestParser }) {
      if (req.method !== 'POST' || !isMultipart(req)) return;
      setRequestParser(async () => {
        const uploads = new Uploads();
        open.set(req, uploads);
        const params = await readMultipart(req, uploads, limits);
        if (params === undefined) throw toRefusalError(MALFORMED_BODY);
        // Not checked yet: `onParams` does.
        return params as GraphQLParams;
      });
    },
    async onResponse({ serverContext: { req, res }, response }) {
      const uploads = open.get(req);
      if (uploads === undefined) return;
      const isStreamed = response.headers.get('content-type')?.startsWith(EVENT_STREAM) === true;
      if (isStreamed && !res.closed) res.once('close', () => void uploads[Symbol.asyncDispose]());
      else await uploads[Symbol.asyncDispose]();
    },
  };
};
