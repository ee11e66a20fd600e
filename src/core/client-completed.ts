/**
 * Why an operation was aborted whose client has said that it wants no more of it. Every other reason to abort one may be a
 * connection that broke, whose client will come back.
 */
export class ClientCompleted extends DOMException {
  constructor() {
    super('The client completed the operation.', 'AbortError');
  }
}

/** Whether the client of an operation has ended it on purpose. */
export const isCompletedByClient = (signal: AbortSignal | undefined): boolean =>
  signal?.reason instanceof ClientCompleted;
