import type { IncomingMessage } from 'node:http';
import type { Refusal } from './refusal.ts';

const matches = ({ headers }: IncomingMessage, pattern: RegExp): boolean =>
  pattern.test(headers['content-type'] ?? '');

/** Whether a request carries JSON, under any of its names. */
export const isJson = (request: IncomingMessage): boolean =>
  matches(request, /^application\/([\w.-]+\+)?json\b/i);

/** Whether a request carries uploads: a GraphQL multipart request. */
export const isMultipart = (request: IncomingMessage): boolean =>
  matches(request, /^multipart\/form-data\b/i);

export const MALFORMED_BODY: Refusal = {
  code: 'INVALID_REQUEST',
  message: 'The body must be a JSON object, or a GraphQL multipart request.',
};
