import type { Message, UserPart } from '../../core/message.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import { checkMediaPart } from './check-media-part.ts';
import type { Findings } from './findings.ts';
import { decodedLength } from './media-bytes.ts';

/** Most images, sounds and documents of one request: each may be fetched. */
const MAX_REQUEST_MEDIA_PARTS = 64;

/** All that one request may bring, each place counted: a few bytes in a thousand places are sent a thousand times. */
export const MAX_REQUEST_MEDIA_BYTES = 64 * 1024 * 1024;

/**
 * The conversation with every image, sound and document checked, and those the model does not read left out; a message
 * of which nothing is left goes with them.
 */
export const checkMedia = (
  messages: readonly Message[],
  pathOf: (index: number) => readonly string[],
  config: ModelConfig,
  findings: Findings,
): readonly Message[] => {
  let total = 0;
  let count = 0;
  const checked = messages.flatMap((message, messageIndex): Message[] => {
    if (message.role !== 'user' || message.parts.every(({ type }) => type === 'text')) return [message];
    const parts = message.parts.flatMap((part, index): UserPart[] => {
      if (part.type === 'text') return [part];
      const path = [...pathOf(messageIndex), 'user', String(index), part.type];
      count += 1;
      if (count > MAX_REQUEST_MEDIA_PARTS) {
        // Said once: the many that follow are the same problem.
        if (count === MAX_REQUEST_MEDIA_PARTS + 1)
          findings.reject(
            'INVALID_REQUEST',
            path,
            `The request has more than ${MAX_REQUEST_MEDIA_PARTS} images, sounds and documents.`,
            { allowed: [`at most ${MAX_REQUEST_MEDIA_PARTS} in all`] },
          );
        return [];
      }
      if (part.source.type === 'base64') total += decodedLength(part.source.data);
      if (total > MAX_REQUEST_MEDIA_BYTES) {
        findings.reject(
          'INVALID_REQUEST',
          [...path, 'source'],
          `With this the request brings more than ${MAX_REQUEST_MEDIA_BYTES} bytes of media.`,
          { allowed: [`at most ${MAX_REQUEST_MEDIA_BYTES} bytes in all`] },
        );
        return [];
      }
      const read = checkMediaPart(part, path, config, findings);
      return read === null ? [] : [read];
    });
    return parts.length === 0 && message.parts.length > 0 ? [] : [{ role: 'user', parts }];
  });
  // It lives as long as the generation, and what makes it has left room for more.
  return checked.slice();
};
