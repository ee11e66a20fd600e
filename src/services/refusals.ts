import { ModelgraphError, rejection, type RequestRejected } from '../core/errors.ts';
import type { ProviderKeys } from '../core/provider-keys.ts';

/** The same for a generation that is unknown and for one that belongs to another principal. */
export const noGeneration = (id: string, path: 'id' | 'generationId'): RequestRejected =>
  rejection('NOT_FOUND', [path], `There is no generation "${id}".`);

export const notWaiting = (): RequestRejected =>
  rejection('INVALID_REQUEST', ['generationId'], 'The generation does not wait for tool results.', {
    suggestion: 'Submit results once, after ActionRequired, and before the generation ends.',
  });

export const beyondTheLog = (id: string): RequestRejected =>
  rejection('INVALID_REQUEST', ['after'], `The generation "${id}" has no such event.`, {
    suggestion: 'Give the cursor of an event of this generation, or none to read it from its beginning.',
  });

export const otherRequest = (): RequestRejected =>
  rejection('INVALID_REQUEST', ['idempotencyKey'], 'The key was used for another request.', {
    suggestion: 'Take a new key for each new request, and the same one only to repeat it.',
  });

export const nothingStarted = (): RequestRejected =>
  rejection(
    'NOT_FOUND',
    ['idempotencyKey'],
    'No generation was started under this key in the last 24 hours.',
    {
      suggestion:
        'Leave the header Last-Event-ID out to start one, or read an earlier one with generationEvents.',
    },
  );

/** Throws where a caller has brought keys of its own for work that goes on after its request: they are kept nowhere. */
export const refuseToKeep = (keys: ProviderKeys, path: readonly string[]): void => {
  if (keys.isEmpty) return;
  throw rejection(
    'INVALID_REQUEST',
    path,
    'A key of yours serves its own request alone and is kept nowhere, so nothing that goes on without a client can use it.',
    { suggestion: 'Use generate without onDisconnect CONTINUE, or leave the key out.' },
  );
};

/** A key would have to pass through the database to reach the node that runs the generation. */
export const elsewhere = (): ModelgraphError =>
  new ModelgraphError(
    'UNAUTHENTICATED',
    'The generation runs in another process of this server, to which a key of yours is never passed on. Send the results over the connection of its stream.',
  );
