import type { GraphQLParams } from 'graphql-yoga';
import { RateLimited } from '../../core/rate-limit.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { EVENT_STREAM, MULTIPART } from '../answer-type.ts';
import type { HttpContext } from '../context.ts';
import type { ServerPlugin } from '../plugin.ts';
import { noteRefusal, type RateLimits } from '../rate-limits.ts';
import { toRefusalError } from '../refusal.ts';
import { isMultipart, MALFORMED_BODY } from '../request-type.ts';
import { type MultipartLimits, readMultipart } from '../uploads/read-multipart.ts';
import { Uploads } from '../uploads/uploads.ts';

export interface UploadOptions extends MultipartLimits {
  readonly rateLimits: RateLimits;
  readonly log: ServiceLog;
}

/**
 * Takes the files of multipart requests to disk, as the GraphQL multipart request specification has them. They are
 * removed before the answer is sent; in an event stream, when that has ended.
 */
export const useUploads = (options: UploadOptions): ServerPlugin => {
  const { log } = options;
  const open = new WeakMap<HttpContext['req'], Uploads>();
  return {
    onRequestParse({ serverContext, setRequestParser }) {
      const { req, principal } = serverContext;
      if (req.method !== 'POST' || !isMultipart(req)) return;
      setRequestParser(async () => {
        const uploads = new Uploads(log);
        open.set(req, uploads);
        const meter = principal === undefined ? null : options.rateLimits.principals.meterUpload(principal);
        const params = await readMultipart(req, uploads, { ...options, meter }).catch((error: unknown) => {
          throw error instanceof RateLimited ? toRefusalError(noteRefusal(serverContext, error)) : error;
        });
        if (params === undefined) throw toRefusalError(MALFORMED_BODY);
        // Not checked yet: `onParams` does.
        return params as GraphQLParams;
      });
    },
    async onResponse({ serverContext: { req, res }, response }) {
      const uploads = open.get(req);
      if (uploads === undefined) return;
      const type = response.headers.get('content-type') ?? '';
      const isStreamed = type.startsWith(EVENT_STREAM) || type.startsWith(MULTIPART);
      const remove = (): void => {
        uploads[Symbol.asyncDispose]().catch((error: unknown) => {
          log.warn({ err: error }, 'the files of a request could not be removed; they go at the next start');
        });
      };
      if (isStreamed && !res.closed) res.once('close', remove);
      else await uploads[Symbol.asyncDispose]();
    },
  };
};
