import { RequestRejected } from '../core/errors.ts';

const refusal = (
  code: 'NOT_FOUND' | 'INVALID_REQUEST',
  path: string,
  message: string,
  suggestion: string | null = null,
): RequestRejected => new RequestRejected([{ code, message, path: [path], allowed: null, suggestion }]);

/** The same for a generation that is unknown and for one that belongs to another principal. */
export const noGeneration = (id: string, path: 'id' | 'generationId'): RequestRejected =>
  refusal('NOT_FOUND', path, `There is no generation "${id}".`);

export const notWaiting = (): RequestRejected =>
  refusal(
    'INVALID_REQUEST',
    'generationId',
    'The generation does not wait for tool results.',
    'Submit results once, after ActionRequired, and before the generation ends.',
  );

export const beyondTheLog = (id: string): RequestRejected =>
  refusal(
    'INVALID_REQUEST',
    'after',
    `The generation "${id}" has no such event.`,
    'Give the cursor of an event of this generation, or none to read it from its beginning.',
  );

export const otherRequest = (): RequestRejected =>
  refusal(
    'INVALID_REQUEST',
    'idempotencyKey',
    'The key was used for another request.',
    'Take a new key for each new request, and the same one only to repeat it.',
  );
